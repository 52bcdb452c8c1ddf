// Every folder in golden/ is a scenario: the mesh as users write it beside the
// Envoy configuration that it becomes. See golden/README.md.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "mesh/mesh_settings.h"
#include "mesh/store.h"
#include "policy/document.h"
#include "translator/node.h"
#include "translator/translator.h"

namespace binnacle::translator {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const fs::path kGoldens = "tests/translator/golden";

struct Shown {
  ResourceType type;
  std::string section;
  std::string pattern;
};

struct Scenario {
  std::string text;
  envoy::config::core::v3::Node node;
  bool authenticated = false;
  policy::v1::MeshConfig mesh;
  std::vector<Shown> shown;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename Message>
void FromJson(const std::string& json, Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  INFO(json << ": " << read.ToString());
  REQUIRE(read.ok());
}

ResourceType TypeNamed(const std::string& section) {
  if (section == "clusters") return ResourceType::kCluster;
  if (section == "endpoints") return ResourceType::kEndpoint;
  if (section == "listeners") return ResourceType::kListener;
  if (section == "routes") return ResourceType::kRoute;
  INFO(section);
  REQUIRE(section == "secrets");
  return ResourceType::kSecret;
}

void SetVersion(const std::string& text, envoy::config::core::v3::Node& node) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  uint32_t major = 0;
  uint32_t minor = 0;
  REQUIRE(parts.size() == 2);
  REQUIRE(absl::SimpleAtoi(parts[0], &major));
  REQUIRE(absl::SimpleAtoi(parts[1], &minor));
  auto& version = *node.mutable_user_agent_build_version()->mutable_version();
  version.set_major_number(major);
  version.set_minor_number(minor);
}

void SetLocality(const std::string& text, envoy::config::core::v3::Node& node) {
  const mesh::Locality locality = mesh::ParseLocality(text);
  node.mutable_locality()->set_region(locality.region);
  node.mutable_locality()->set_zone(locality.zone);
  node.mutable_locality()->set_sub_zone(locality.subzone);
}

void ReadSetting(const std::string& key, const std::string& value, Scenario& scenario) {
  if (key == "proxy") scenario.node.set_id(value);
  if (key == "metadata") FromJson(value, *scenario.node.mutable_metadata());
  if (key == "locality") SetLocality(value, scenario.node);
  if (key == "envoy") SetVersion(value, scenario.node);
  if (key == "authenticated") scenario.authenticated = value == "true";
  if (key == "mesh") FromJson(value, scenario.mesh);
  if (key == "show") {
    const std::vector<std::string> words = absl::StrSplit(value, absl::MaxSplits(' ', 1));
    REQUIRE(words.size() == 2);
    scenario.shown.push_back({TypeNamed(words[0]), words[0], words[1]});
  }
}

Scenario ReadScenario(const fs::path& folder) {
  Scenario scenario;
  scenario.text = ReadFile(folder / "policy.yaml");
  SetVersion("1.40", scenario.node);
  for (absl::string_view line : absl::StrSplit(scenario.text, '\n')) {
    if (!absl::ConsumePrefix(&line, "# ")) break;
    const std::pair<std::string, std::string> setting =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    ReadSetting(setting.first, std::string(absl::StripAsciiWhitespace(setting.second)), scenario);
  }
  REQUIRE_FALSE(scenario.shown.empty());
  return scenario;
}

// `*` in the pattern stands for anything.
bool Matches(absl::string_view pattern, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(pattern, '*');
  if (parts.size() == 1) return pattern == name;
  if (!absl::ConsumePrefix(&name, parts.front())) return false;
  if (!absl::ConsumeSuffix(&name, parts.back())) return false;
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    const size_t at = name.find(parts[i]);
    if (at == absl::string_view::npos) return false;
    name.remove_prefix(at + parts[i].size());
  }
  return true;
}

// From the bytes that a proxy would get, so that what is shown is what is sent.
//
// Read as a message first: a route configuration is put together from parts, so
// one repeated field may stand in several places, which a printer that works on
// bytes would show as several fields.
Json Show(const Resource& resource) {
  const std::string type(absl::StripPrefix(TypeUrl(resource.type()), "type.googleapis.com/"));
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  REQUIRE(descriptor != nullptr);
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  REQUIRE(message->ParseFromString(std::string(resource.message())));
  std::string bytes;  // written again, so that the keys of maps stand in order
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    REQUIRE(message->SerializeToCodedStream(&out));
  }
  static auto* const resolver = google::protobuf::util::NewTypeResolverForDescriptorPool(
      "type.googleapis.com", google::protobuf::DescriptorPool::generated_pool());
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto printed = google::protobuf::util::BinaryToJsonString(
      resolver, std::string(TypeUrl(resource.type())), bytes, &json, options);
  INFO(resource.name() << ": " << printed.ToString());
  REQUIRE(printed.ok());
  return Json::parse(json);
}

std::shared_ptr<const mesh::Snapshot> Load(const Scenario& scenario, const std::string& file) {
  const policy::Parsed parsed = policy::ParseDocuments(scenario.text, file);
  for (const policy::Finding& finding : parsed.findings) {
    INFO(finding.ToString());
    REQUIRE(finding.severity == policy::Severity::kWarning);
  }
  mesh::Store store(mesh::MeshSettings{mesh::WithDefaults(scenario.mesh)});
  return store.Apply({parsed.objects, {}, absl::UnixEpoch()});
}

void ShowMatching(const Shown& shown, Translator& translator, const ProxyClass& proxy,
                  const mesh::Snapshot& snapshot, Json& out) {
  Json& section = out[shown.section];
  if (section.is_null()) section = Json::array();
  if (!absl::StrContains(shown.pattern, "*")) {
    const auto resource = translator.Find(shown.type, shown.pattern, proxy, snapshot);
    if (resource != nullptr) section.push_back(Show(*resource));
    return;
  }
  for (const auto& resource : *translator.All(shown.type, proxy, snapshot)) {
    if (Matches(shown.pattern, resource->name())) section.push_back(Show(*resource));
  }
}

std::string Translate(const Scenario& scenario, const std::string& file) {
  const auto snapshot = Load(scenario, file);
  auto node = ParseNode(scenario.node);
  INFO(node.status().ToString());
  REQUIRE(node.ok());
  node->authenticated = scenario.authenticated;
  Translator translator;
  const auto proxy = translator.Classify(*node, *snapshot);
  Json out = Json::object();
  for (const Shown& shown : scenario.shown) {
    ShowMatching(shown, translator, *proxy, *snapshot, out);
  }
  return out.dump(2) + "\n";
}

std::vector<fs::path> Folders() {
  const char* only = std::getenv("BINNACLE_GOLDEN");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(kGoldens)) {
    if (!entry.is_directory()) continue;
    if (only == nullptr || entry.path().filename() == only) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

TEST_CASE("policy becomes the Envoy configuration that stands beside it") {
  REQUIRE_FALSE(Folders().empty());
  for (const fs::path& folder : Folders()) {
    DYNAMIC_SECTION(folder.filename().string()) {
      const std::string now =
          Translate(ReadScenario(folder), (folder / "policy.yaml").generic_string());
      if (std::getenv("BINNACLE_BLESS") != nullptr) {
        std::ofstream(folder / "expected.json", std::ios::binary) << now;
      }
      CHECK(now == ReadFile(folder / "expected.json"));
    }
  }
}

}  // namespace binnacle::translator
