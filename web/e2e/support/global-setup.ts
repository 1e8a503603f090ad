import { seed } from "./seed";
import { Studio } from "./studio";

/** One server for all journeys, with something in it; the addresses travel in the environment. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const studio = new Studio();
  try {
    await studio.start();
    process.env.STUDIO_E2E_SEEDED = JSON.stringify(await seed(studio.api));
  } catch (error) {
    await studio.stop();
    throw error;
  }
  process.env.STUDIO_E2E_URL = studio.url;
  process.env.STUDIO_E2E_FOLDER = studio.folder;
  return () => studio.stop();
}
