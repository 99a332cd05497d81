// The pure half of scan.h: modes, cursors, and the text between two pages.

#include <nlohmann/json.hpp>

#include "connectors/profacto/scan.h"

namespace postern::profacto {

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

Json toJson(const Cursor& cursor) { return {cursor.offset, cursor.total, cursor.first}; }

Cursor cursorFrom(const Json& json) {
  return {json.at(0).get<std::int64_t>(), json.at(1).get<std::int64_t>(), json.at(2).get<std::string>()};
}

std::string dayBefore(const ScanRequest& request, const std::string& zone) {
  return isoDate(localDay(request.startedAt, zone) - std::chrono::days(1));
}

}  // namespace

Step nextStep(const Cursor& at, std::int64_t limit, const PageFacts& page) {
  const auto step = [&](Step::Kind kind, std::int64_t offset = 0) {
    return Step{kind, {offset, page.total.value_or(-1), at.offset == 0 ? page.firstKey : at.first}};
  };
  // More rows than told are fine as long as they are repetitions.
  if (page.inPage && (page.rows < *page.inPage || page.distinct > *page.inPage)) return step(Step::Kind::Cut);
  bool unpaged = limit == 0 || page.distinct > limit;
  if (!unpaged && page.total && *page.total < at.total && at.offset > 0)
    return step(Step::Kind::More, std::max<std::int64_t>(0, at.offset - (at.total - *page.total)));
  unpaged = unpaged || (page.offset && *page.offset != at.offset);
  if (unpaged) return step(page.total && page.rows < *page.total ? Step::Kind::Cut : Step::Kind::Whole);
  if (!page.total) {
    if (at.offset > 0 && page.rows > 0 && page.firstKey == at.first) return step(Step::Kind::Repeated);
    if (page.rows < limit) return step(Step::Kind::Last);
    return step(Step::Kind::More, at.offset + page.rows);
  }
  const std::int64_t reached = at.offset + page.inPage.value_or(page.distinct);
  if (reached >= *page.total) return step(Step::Kind::Last);
  if (reached == at.offset) return step(Step::Kind::Cut);
  return step(Step::Kind::More, reached);
}

Mode modeFor(const Layout& layout, const ScanRequest& request, std::chrono::seconds lookBack, const std::string& zone) {
  const bool ofProject = request.kind == "project" || request.kind == "position";
  const std::string& changed = layout.at(ofProject ? "project" : request.kind).changed;
  if (request.full || changed.empty()) return {};
  auto since = parseIsoDate(request.since);
  if (!since && !ofProject) return {};
  if (!since) since = localDay(request.startedAt - lookBack, zone);
  return {false, since, ofProject && !layout.at("position").changed.empty()};
}

std::string toText(const Progress& progress) {
  Json json{{"v", kFormat}, {"s", progress.nextSince}, {"p", progress.phase}, {"l", toJson(progress.list)}};
  if (progress.listDone) json["d"] = true;
  if (!progress.batch.empty()) {
    json["b"] = progress.batch;
    json["r"] = toJson(progress.rows);
  }
  return json.dump();
}

Progress progressOf(const ScanRequest& request, const std::string& zone) {
  Progress fresh;
  fresh.nextSince = dayBefore(request, zone);
  if (request.position.empty()) return fresh;
  try {
    const Json json = Json::parse(request.position);
    if (json.at("v") != kFormat) return fresh;
    Progress progress;
    progress.nextSince = json.at("s").get<std::string>();
    progress.phase = json.at("p").get<int>();
    progress.list = cursorFrom(json.at("l"));
    progress.listDone = json.value("d", false);
    if (json.contains("b")) {
      progress.batch = json.at("b").get<std::vector<std::string>>();
      progress.rows = cursorFrom(json.at("r"));
    }
    return progress;
  } catch (const Json::exception&) {
    return fresh;
  }
}

}  // namespace postern::profacto
