  // Paper shows everything, and the screen then what it did before.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const element of closed) element.open = true;
  });
  window.addEventListener("afterprint", () => { for (const element of closed) element.open = false; });

  // Light and dark.
  const theme = $("theme");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", "Switch to " + theme.textContent.toLowerCase() + " colours"); };
  try { const kept = localStorage.getItem("pqscan-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch { /* a page without storage */ }
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("pqscan-theme", root.dataset.theme); } catch { /* likewise */ }
    name();
  });
  dark.addEventListener("change", name);
  theme.hidden = false;
  name();

