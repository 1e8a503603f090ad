import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState } from "@tanstack/react-router";
import { api, unwrap } from "@/api/client";
import { queryKeys } from "@/api/query-keys";
import { Menu, MenuItem } from "@/ui/menu";
import { Tooltip } from "@/ui/tooltip";
import { navigation, useCurrentPage } from "./navigation";
import styles from "./shell.module.css";

const EVERY_PROJECT = "*";

/** The project that the address names, and the choice of others. */
export function useProject() {
  // The shell stands around the routes, so it reads the location and not a route's own search.
  const slug = useRouterState({ select: (state) => state.location.search.project }) ?? "default";
  const projects = useQuery({
    queryKey: queryKeys.projects,
    queryFn: ({ signal }) => unwrap(api.GET("/api/projects", { signal })),
    staleTime: 5 * 60_000,
  });
  return { slug: slug === EVERY_PROJECT ? "All projects" : slug, projects: projects.data?.items ?? [] };
}

export function Sidebar({ collapsed }: { collapsed: boolean }) {
  const current = useCurrentPage();
  return (
    <aside className={styles.sidebar} aria-label="Sidebar">
      <ProjectSwitcher collapsed={collapsed} />
      <nav aria-label="Pages">
        {navigation.map((group) => (
          <div key={group.label ?? ""} className={styles.group}>
            {!collapsed && group.label && <h2 className={styles.groupName}>{group.label}</h2>}
            <ul>
              {group.pages.map((page) => {
                const link = (
                  <Link
                    to={page.to}
                    className={styles.page}
                    activeOptions={{ includeSearch: false }}
                    data-on={current === page.to || undefined}
                    aria-label={collapsed ? page.label : undefined}
                  >
                    <page.icon size={17} stroke={1.6} aria-hidden="true" />
                    {!collapsed && page.label}
                  </Link>
                );
                return (
                  <li key={page.to}>
                    {collapsed ? (
                      <Tooltip label={page.label} keys={`g ${page.key}`}>
                        {link}
                      </Tooltip>
                    ) : (
                      link
                    )}
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </nav>
    </aside>
  );
}

function ProjectSwitcher({ collapsed }: { collapsed: boolean }) {
  const { slug, projects } = useProject();
  const navigate = useNavigate();
  const choose = (project: string) =>
    void navigate({
      to: ".",
      search: (old) => ({ ...old, project: project === "default" ? undefined : project }),
    });
  const known = projects.length > 0 ? projects : [{ id: slug, slug, name: slug }];
  return (
    <Menu
      width={200}
      target={
        <button type="button" className={styles.project}>
          <span className={styles.initial} aria-hidden="true">
            {slug.charAt(0).toUpperCase()}
          </span>
          <span className="sr-only">Project</span>
          {collapsed ? (
            <span className="sr-only">{slug}</span>
          ) : (
            <>
              <span className={styles.projectName}>{slug}</span>
              <IconSelector size={15} aria-hidden="true" />
            </>
          )}
        </button>
      }
    >
      {known.map((project) => (
        <MenuItem
          key={project.id}
          hint={project.slug === slug && <IconCheck size={15} />}
          onSelect={() => choose(project.slug)}
        >
          {project.name}
        </MenuItem>
      ))}
      {projects.length > 1 && <MenuItem onSelect={() => choose(EVERY_PROJECT)}>All projects</MenuItem>}
    </Menu>
  );
}
