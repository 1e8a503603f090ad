import "../tokens.css";
import "../base.css";
import "../mantine.css";

document.documentElement.setAttribute("data-mantine-color-scheme", "dark");
