#include <nlohmann/json.hpp>

template class nlohmann::basic_json<>;
template class nlohmann::basic_json<nlohmann::ordered_map>;
POSTERN_FOR_JSON(template, nlohmann::json)
POSTERN_FOR_JSON(template, nlohmann::ordered_json)
