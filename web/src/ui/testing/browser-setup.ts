import "../tokens.css";
import "../base.css";

document.documentElement.setAttribute("data-mantine-color-scheme", "dark");
