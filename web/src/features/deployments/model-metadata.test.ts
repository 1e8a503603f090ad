import { expect, test } from "vitest";
import { curlSnippet, exampleRequest, type ModelMetadata, pythonSnippet } from "./model-metadata";

const model = (...inputs: ModelMetadata["inputs"]): ModelMetadata => ({ name: "m", inputs, outputs: [] });

test("an example has one row of what the model takes", () => {
  const metadata = model(
    { name: "pixels", datatype: "FP32", shape: [-1, 4] },
    { name: "kind", datatype: "BYTES", shape: [-1] },
    { name: "seen", datatype: "BOOL", shape: [-1, 1] },
  );
  expect(exampleRequest(metadata)).toEqual({
    inputs: [
      { name: "pixels", shape: [1, 4], datatype: "FP32", data: [0.5, 0.5, 0.5, 0.5] },
      { name: "kind", shape: [1], datatype: "BYTES", data: ["text"] },
      { name: "seen", shape: [1, 1], datatype: "BOOL", data: [true] },
    ],
  });
});

test("an example that nobody could read is not written out, only told in Python", () => {
  const image = model({ name: "image", datatype: "UINT8", shape: [-1, 224, 224, 3] });
  expect(exampleRequest(image)).toBeNull();
  expect(pythonSnippet("http://studio/infer", image, false)).toContain('"data": [1] * 150528}');
});

test("a quote in a name does not end the shell's word", () => {
  const request = exampleRequest(model({ name: "it's", datatype: "INT64", shape: [-1] })) ?? {};
  expect(curlSnippet("http://studio/infer", request, false)).toContain(`"name":"it'\\''s"`);
});

test("a token is asked for where accounts exist", () => {
  const metadata = model({ name: "x", datatype: "INT64", shape: [-1] });
  expect(curlSnippet("http://studio/infer", exampleRequest(metadata) ?? {}, true)).toContain("$STUDIO_TOKEN");
  expect(pythonSnippet("http://studio/infer", metadata, true)).toContain("import json, os, urllib.request");
});
