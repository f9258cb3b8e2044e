/** What one read of a socket takes at most. */
export const READ_BYTES = 64 * 1024;
/** From here on a buffer is handed over as it is, the part that was not filled being no great waste; below, bytes are copied. */
const HAND_OVER_BYTES = 32 * 1024;
const SLAB_BYTES = 64 * 1024;
/** Sockets that have a buffer of their own: those that last received much. Bounds what sockets without traffic hold. */
const OWN_BUFFERS_MAX = 64;

/**
 * Where sockets read into. One buffer serves all of them, since a read and its callback are one step of the loop, and little that
 * arrives is copied from it into a slab; a socket that receives much reads into a buffer of its own, which is handed over uncopied.
 * (Node's own way, a fresh 64 KiB for each read and a shrink to what came, costs twice as much for small reads.)
 */
export class ReceiveBuffers {
  readonly shared: Uint8Array;
  private slab: Uint8Array;
  private slabAt: number;
  private ownCount: number;

  constructor() {
    this.shared = allocate(READ_BYTES);
    this.slab = allocate(SLAB_BYTES);
    this.slabAt = 0;
    this.ownCount = 0;
  }

  reader(): SocketReader {
    return new SocketReader(this);
  }

  copy(from: Uint8Array, count: number): Uint8Array {
    if (this.slabAt + count > SLAB_BYTES) {
      this.slab = allocate(SLAB_BYTES);
      this.slabAt = 0;
    }
    const bytes = this.slab.subarray(this.slabAt, this.slabAt + count);
    bytes.set(count === from.length ? from : from.subarray(0, count));
    this.slabAt += count;
    return bytes;
  }

  lend(): Uint8Array | null {
    if (this.ownCount >= OWN_BUFFERS_MAX) return null;
    this.ownCount++;
    return allocate(READ_BYTES);
  }

  giveBack(): void {
    this.ownCount--;
  }
}

/** Which buffer one socket reads into. */
export class SocketReader {
  private readonly buffers: ReceiveBuffers;
  private buffer: Uint8Array;
  private hasOwn: boolean;
  /** The buffer for the next read where it is another one. */
  private next: Uint8Array | undefined;

  constructor(buffers: ReceiveBuffers) {
    this.buffers = buffers;
    this.buffer = buffers.shared;
    this.hasOwn = false;
    this.next = undefined;
  }

  /** What the next read goes into. */
  get current(): Uint8Array {
    return this.buffer;
  }

  /** `count` bytes were read into the buffer. Returns them as bytes that belong to the receiver. */
  take(count: number): Uint8Array {
    const { buffer, buffers } = this;
    if (count < HAND_OVER_BYTES) {
      const bytes = buffers.copy(buffer, count);
      if (this.hasOwn) this.release();
      return bytes;
    }
    if (this.hasOwn) {
      this.buffer = this.next = allocate(READ_BYTES);
      return buffer.subarray(0, count);
    }
    const own = buffers.lend();
    if (own !== null) {
      this.hasOwn = true;
      this.buffer = this.next = own;
    }
    return buffers.copy(buffer, count);
  }

  /** What Node asks after each read: the buffer from now on, undefined for the same. */
  nextBuffer(): Uint8Array | undefined {
    const { next } = this;
    this.next = undefined;
    return next;
  }

  /** Back to the shared buffer. */
  private release(): void {
    this.hasOwn = false;
    this.buffers.giveBack();
    this.buffer = this.next = this.buffers.shared;
  }

  close(): void {
    if (this.hasOwn) this.release();
  }
}

/** Not zeroed: every byte that is handed out was read from a socket. */
export function allocate(count: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(count).buffer);
}
