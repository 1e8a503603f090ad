import { NO_VALUE } from "./numbers";

/** Who did something, from a reference (`user:mina`) or a name that a client gave for itself; "" is nobody. */
export function nameOfActor(reference: string): string {
  return reference.replace(/^user:/, "") || NO_VALUE;
}
