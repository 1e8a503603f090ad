import { expect, test } from "vitest";
import { sendMerging } from "./conflicts";
import { ApiError } from "./errors";

/** A row of which others change fields, one version each. */
function row(changes: string[]) {
  const version = 1 + changes.length;
  const sent: number[] = [];
  const send = async (expected: number) => {
    sent.push(expected);
    if (expected === version) return "done";
    const since = changes.slice(expected - 1).map((field, index) => ({
      seq: expected + index,
      at: "2026-11-20T12:00:00Z",
      actor: "user:usr_1",
      changes: { [field]: { old: 1, new: 2 } },
    }));
    throw new ApiError(
      412,
      "PRECONDITION_FAILED",
      "It was changed.",
      {
        expected_version: expected,
        current_version: version,
        changes_since: since,
      },
      null,
    );
  };
  return { send, sent };
}

test("a write that does not touch what others changed is sent again, based on what is current", async () => {
  const { send, sent } = row(["attempts", "updated_at"]);
  expect(await sendMerging(1, ["status"], send)).toBe("done");
  expect(sent).toEqual([1, 3]);
});

test("a write whose ground was changed is refused", async () => {
  const { send, sent } = row(["updated_at", "status"]);
  await expect(sendMerging(1, ["status"], send)).rejects.toMatchObject({ status: 412 });
  expect(sent).toEqual([1]);
});

test("other failures stay what they are", async () => {
  const failure = new ApiError(409, "RESOURCE_CONFLICT", "It has ended.", {}, null);
  await expect(sendMerging(1, [], () => Promise.reject(failure))).rejects.toBe(failure);
});
