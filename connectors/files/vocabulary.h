#pragma once
// The records that files may hold: the kinds and fields of the ERP they come from, in that ERP's words, so that its
// rules serve them.

#include <span>
#include <string_view>

#include "connectors/files/values.h"

namespace postern::files {

struct KnownField {
  std::string_view name;
  Form form = Form::Text;
};

struct KnownKind {
  std::string_view name;
  std::span<const KnownField> fields;
  bool owned = false;     // has a parent
  bool upperKey = false;  // the ERP's keys know no letter case (accountview.md section 7.2)
};

/// Kinds of `erp` ("accountview", "profacto") in reading order; empty for other names. They are the ones that the
/// connectors of these names read.
std::span<const KnownKind> kindsOf(std::string_view erp);

}  // namespace postern::files
