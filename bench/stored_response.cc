#include "bench/stored_response.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "bench/wire.h"

namespace binnacle::bench {
namespace {
constexpr uint32_t kEntry = 1;
}

void AppendStored(const std::string& path, absl::string_view response) {
  std::string entry;
  AppendField(entry, kEntry, response);
  std::ofstream(path, std::ios::binary | std::ios::app) << entry;
}

absl::StatusOr<std::vector<std::string>> ReadStored(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  std::stringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  std::vector<std::string> responses;
  WireReader reader(text);
  for (WireField field; reader.Next(field);) responses.emplace_back(field.bytes);
  if (!reader.damaged() && !responses.empty()) return responses;
  return absl::DataLossError(absl::StrCat(path, " holds no stored responses"));
}

}  // namespace binnacle::bench
