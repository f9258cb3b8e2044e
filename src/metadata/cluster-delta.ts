import { assert } from "../base/assert.js";
import type { PersistentMap } from "../base/persistent-map.js";
import type { BrokerRegistration, ClusterImage, ControllerRegistration } from "./image.js";
import type { BrokerRegistrationChangeRecord, RegisterBrokerRecord, RegisterControllerRecord } from "./records.js";
import { brokerOf, changedBroker, controllerOf } from "./registration.js";

/** Registrations that changed since an image (Kafka: ClusterDelta). */
export class ClusterDelta {
  readonly image: ClusterImage;
  readonly brokersChanged: Set<number>;
  readonly controllersChanged: Set<number>;
  private brokers: PersistentMap<number, BrokerRegistration>;
  private controllers: PersistentMap<number, ControllerRegistration>;

  constructor(image: ClusterImage) {
    this.image = image;
    this.brokersChanged = new Set();
    this.controllersChanged = new Set();
    this.brokers = image.brokers as PersistentMap<number, BrokerRegistration>;
    this.controllers = image.controllers as PersistentMap<number, ControllerRegistration>;
  }

  /** The registration with what was replayed so far. */
  broker(id: number): BrokerRegistration | undefined {
    return this.brokers.get(id);
  }

  registerBroker(record: RegisterBrokerRecord): void {
    this.put(brokerOf(record));
  }

  unregisterBroker(id: number, epoch: number): void {
    this.expect(id, epoch);
    this.brokers = this.brokers.delete(id);
    this.brokersChanged.add(id);
  }

  setFenced(id: number, epoch: number, fenced: boolean): void {
    this.put({ ...this.expect(id, epoch), fenced });
  }

  changeBroker(record: BrokerRegistrationChangeRecord): void {
    this.put(changedBroker(this.expect(record.brokerId, record.brokerEpoch), record));
  }

  registerController(record: RegisterControllerRecord): void {
    this.controllers = this.controllers.set(record.controllerId, controllerOf(record));
    this.controllersChanged.add(record.controllerId);
  }

  /** No record does this: only a snapshot shows that a controller is gone. */
  removeController(id: number): void {
    this.controllers = this.controllers.delete(id);
    this.controllersChanged.add(id);
  }

  apply(): ClusterImage {
    if (this.brokers === this.image.brokers && this.controllers === this.image.controllers) return this.image;
    return { brokers: this.brokers, controllers: this.controllers };
  }

  private put(broker: BrokerRegistration): void {
    this.brokers = this.brokers.set(broker.id, broker);
    this.brokersChanged.add(broker.id);
  }

  private expect(id: number, epoch: number): BrokerRegistration {
    const broker = this.brokers.get(id);
    assert(
      broker !== undefined && broker.epoch === epoch,
      `a change of broker ${id} at epoch ${epoch}, which is not registered`,
    );
    return broker;
  }
}
