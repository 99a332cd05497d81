#include "agent/merge.h"

namespace postern {

Verdict judge(const FieldState& field) {
  if (!field.actual) return Verdict::Quiet;
  if (*field.actual == field.desired) {
    const bool agreed = field.ours == field.desired && field.theirs == field.actual;
    return agreed ? Verdict::Quiet : Verdict::Equal;
  }
  if (!field.theirs || *field.actual == *field.theirs) return Verdict::Quiet;
  // Found there and never asked for: what was found is what the ERP's value is compared with.
  const bool erpChanged = field.desired != field.ours.value_or(*field.theirs);
  return erpChanged ? Verdict::Conflict : Verdict::AppLed;
}

}  // namespace postern
