#pragma once
// A plan as a file: what a pass would deliver, to be looked at and applied later. It holds personal values.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"

namespace postern {

struct PlanFile {
  std::string link;
  Clock::Time made{};
  Agent::PassOptions options;  // that it was made with
  std::vector<PlannedChange> changes;
};

/// {"system","kind","key","create","fields":{name:{"from","to"}}}; where they are: "takes", "doubt"
nlohmann::json toJson(const PlannedChange& change);

/// Writes a file that only its owner may read; one that is there is replaced. Reject when it cannot be written.
Result<void> writePlanFile(const std::filesystem::path& file, const PlanFile& plan);
/// Reject when it cannot be read or is no plan that this postern knows.
Result<PlanFile> readPlanFile(const std::filesystem::path& file);

/// Pure: why `now` is not exactly what was `planned`, naming the first record and its fields; nullopt when it is. The
/// order does not count.
std::optional<Error> movedSince(const std::vector<PlannedChange>& planned, const std::vector<PlannedChange>& now);

}  // namespace postern
