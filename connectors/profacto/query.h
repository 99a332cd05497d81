#pragma once
// Builds the `query` parameter of api_get: 4D's ORDA query syntax. Pure text; percent-encoding is the adapter's part.
// Field names go in as they are: 4D has no way to quote a name in such a text.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postern::profacto {

/// `Status IN [3,4]`; one number: `Status = 3`. `numbers` must not be empty.
std::string anyNumberOf(std::string_view field, std::span<const std::int64_t> numbers);

/// The field is one of `texts`, which must not be empty: `AuftragsNr === "25017"`, `AuftragsNr IN ["25017","S019"]`.
/// `@` is a wildcard inside IN (4D knowledge base 79470, 2024-07), so texts with it are compared with `===` beside the
/// list. 4D knows no escape for quotes: a text with `"` goes into single quotes, one with both kinds is looked for with
/// the wildcard and may find more than asked for. All of these ignore letter case, so callers may get further rows.
std::string anyTextOf(std::string_view field, std::span<const std::string> texts);

/// `Changed >= 2025-05-09`: dates stand without quotes.
std::string sinceDay(std::string_view field, std::chrono::sys_days day);

/// `KundenNr !== ""`: every row with a key. A query of `order by` alone is nowhere documented.
std::string anyValue(std::string_view field);

/// Both conditions must hold; an empty one is left out.
std::string both(std::string_view first, std::string_view second);

/// `condition order by a, b`.
std::string orderedBy(std::string_view condition, std::span<const std::string> fields);

}  // namespace postern::profacto
