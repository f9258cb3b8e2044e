import { clusterTests } from "../support/embedded-cluster.js";

clusterTests("processes");
