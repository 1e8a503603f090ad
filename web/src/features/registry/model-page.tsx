import { IconPencil, IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAsOf } from "@/api/as-of";
import type { Model } from "@/api/types";
import type { ListView } from "@/lib/list-view";
import { formatInteger, plural } from "@/lib/numbers";
import { CopyableId } from "@/ui/copyable-id";
import { ScrollPage } from "@/ui/page";
import { type Crumb, PageHeader } from "@/ui/page-header";
import { LoadedPage } from "@/ui/page-states";
import { Facts, Panel } from "@/ui/panel";
import { Tag } from "@/ui/pill";
import { AbsoluteTime, RelativeTime } from "@/ui/time";
import { WriteButton } from "@/ui/write-button";
import { AliasesPanel } from "./aliases-panel";
import { type ModelKey, modelQuery } from "./api";
import { ComparisonPanel } from "./comparison-panel";
import { ProtectDialog, TextDialog } from "./dialogs";
import styles from "./registry.module.css";
import { VersionsPanel } from "./versions-panel";
import { useDescribe } from "./writes";

const ABOVE: readonly Crumb[] = [{ label: "Registry", link: { to: "/registry" } }];

export interface ModelView extends ListView {
  /** Versions that are compared, by their numbers. */
  compare?: string[];
}

interface Props {
  id: string;
  view: ModelView;
  onView: (change: Partial<ModelView>) => void;
}

/** A model: what it is, its versions, what its aliases mean and meant. */
export function ModelPage({ id, view, onView }: Props) {
  const at = useAsOf();
  const key: ModelKey = { model: id, project: view.project, at };
  const model = useQuery(modelQuery(key));
  const compared = (view.compare ?? []).map(Number).filter(Number.isInteger);
  return (
    <LoadedPage query={model} kind="Model" above={ABOVE}>
      {(data) => (
        <ScrollPage>
          <ModelHeader model={data} />
          <div className={styles.columns}>
            <div className={styles.main}>
              <VersionsPanel
                model={data}
                modelKey={{ model: data.id, at }}
                view={view}
                compared={compared}
                onView={onView}
              />
              {compared.length >= 2 && (
                <ComparisonPanel
                  modelKey={{ model: data.id, at }}
                  numbers={compared}
                  onClose={() => onView({ compare: undefined })}
                />
              )}
            </div>
            <div className={styles.side}>
              <AboutPanel model={data} />
              <AliasesPanel model={data} modelKey={{ model: data.id, at }} />
            </div>
          </div>
        </ScrollPage>
      )}
    </LoadedPage>
  );
}

function ModelHeader({ model }: { model: Model }) {
  return (
    <PageHeader
      name={model.name}
      title={model.name}
      above={ABOVE}
      aside={<CopyableId id={model.id} what="model id" length={12} />}
      facts={[
        ["Framework", model.framework ?? "—"],
        ["Versions", formatInteger(model.version_count)],
        ["Used by", plural(model.used_by, "deployment")],
        ["Changed", <RelativeTime key="changed" time={model.updated_at} />],
      ]}
    />
  );
}

function AboutPanel({ model }: { model: Model }) {
  const [writing, setWriting] = useState(false);
  const [protecting, setProtecting] = useState(false);
  const describe = useDescribe(model);
  const tags = Object.entries(model.tags);
  return (
    <Panel
      title="About"
      actions={
        <WriteButton size="small" icon={<IconPencil />} onClick={() => setWriting(true)}>
          Edit
        </WriteButton>
      }
    >
      {model.description ? (
        <p className={styles.prose}>{model.description}</p>
      ) : (
        <p className={styles.soft}>Nobody has described this model yet.</p>
      )}
      {tags.length > 0 && (
        <p className={styles.tags}>
          {tags.map(([name, value]) => (
            <Tag key={name} name={name} value={value} />
          ))}
        </p>
      )}
      <Facts
        items={[
          ["Project", model.project],
          ["Created", <AbsoluteTime key="created" time={model.created_at} />],
          [
            "Protected",
            <span key="protected" className={styles.inline}>
              {model.protected_stages.length === 0 ? (
                <span className={styles.soft}>no stage</span>
              ) : (
                <span title="Versions enter and leave it by a request that another person approves.">
                  {model.protected_stages.join(", ")}
                </span>
              )}
              <WriteButton size="small" icon={<IconShieldCheck />} onClick={() => setProtecting(true)}>
                Change
              </WriteButton>
            </span>,
          ],
        ]}
      />
      {writing && (
        <TextDialog
          title={`Describe ${model.name}`}
          label="Description"
          initial={model.description ?? ""}
          busy={describe.isPending}
          onClose={() => setWriting(false)}
          onSave={(text) => describe.mutate(text, { onSuccess: () => setWriting(false) })}
        />
      )}
      {protecting && <ProtectDialog model={model} onClose={() => setProtecting(false)} />}
    </Panel>
  );
}
