// Draws the numbers of #chart-data with Plotly, in the colours of the stylesheet; drawn again when the theme changes.

const SERIES = ["--work-fill", "--ok-fill", "--wait-fill", "--chart-4", "--chart-5", "--bad-fill", "--chart-6", "--chart-7"];
const ERRORS = { refused: "--bad-fill", failed: "--bad-fill", limited: "--wait-fill", unknown: "--chart-4" };
const charts = JSON.parse(document.getElementById("chart-data").textContent);
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

// light-dark() tokens are resolved where they are used: ask a real element for the colour.
function colour(token) {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}

// Colours go by name, so that a purpose keeps its colour while the amounts change.
function traces(chart) {
  const names = chart.series.map((series) => series.name).sort();
  return chart.series.map((series) => ({
    type: "bar",
    name: series.name,
    x: chart.names,
    y: series.counts,
    marker: { color: colour(ERRORS[series.name] ?? SERIES[names.indexOf(series.name) % SERIES.length]) },
    hovertemplate: "%{y} %{fullData.name}<extra>%{x}</extra>",
  }));
}

function highest(chart) {
  return Math.max(...chart.names.map((_, place) => chart.series.reduce((sum, series) => sum + series.counts[place], 0)));
}

function layout(chart) {
  const ink = colour("--ink-3");
  const shapes = chart.limit
    ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: chart.limit, y1: chart.limit, line: { color: colour("--bad-fill"), width: 1.5, dash: "dot" } }]
    : [];
  const annotations = chart.limit
    ? [{ xref: "paper", x: 1, y: chart.limit, yanchor: "bottom", xanchor: "right", showarrow: false, text: `${chart.limitLabel}: ${chart.limit}`, font: { color: colour("--bad") } }]
    : [];
  return {
    barmode: "stack",
    bargap: 0.25,
    height: 272,
    margin: { l: 44, r: 16, t: 12, b: 34 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Inter, system-ui, sans-serif", size: 12, color: ink },
    hoverlabel: { bgcolor: colour("--raised"), bordercolor: colour("--line-strong"), font: { color: colour("--ink") } },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { color: colour("--ink-2") } },
    showlegend: chart.series.length > 1,
    xaxis: { type: "category", nticks: 12, tickangle: 0, gridcolor: "rgba(0,0,0,0)", linecolor: colour("--line-strong"), fixedrange: true },
    yaxis: { rangemode: "tozero", gridcolor: colour("--line"), zeroline: false, tickformat: ",d", dtick: highest(chart) < 6 ? 1 : undefined, fixedrange: true },
    shapes,
    annotations,
  };
}

function draw() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const chart = charts[place.dataset.chart];
    window.Plotly.react(place, traces(chart), layout(chart), { displayModeBar: false, responsive: true });
  }
}

draw();
document.addEventListener("theme", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
