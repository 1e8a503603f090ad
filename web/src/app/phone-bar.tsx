import { Link } from "@tanstack/react-router";
import { navigation, useCurrentPage } from "./navigation";
import styles from "./shell.module.css";

/** The pages at the lower edge of a phone. */
export function PhoneBar() {
  const current = useCurrentPage();
  return (
    <nav className={styles.phoneBar} aria-label="Pages, phone">
      {navigation
        .flatMap((group) => group.pages)
        .map((page) => (
          <Link
            key={page.to}
            to={page.to}
            className={styles.phonePage}
            activeOptions={{ includeSearch: false }}
            data-on={current === page.to || undefined}
          >
            <page.icon size={20} stroke={1.6} aria-hidden="true" />
            {page.label}
          </Link>
        ))}
    </nav>
  );
}
