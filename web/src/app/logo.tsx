/** The mark of the Studio: a signal in a frame. */
export function Logo() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <rect x="2.5" y="2.5" width="19" height="19" rx="5" />
      <path d="M6.5 14c1.4 0 1.8-5 3.4-5s2 6 3.7 6 2-4.5 3.9-4.5" />
    </svg>
  );
}
