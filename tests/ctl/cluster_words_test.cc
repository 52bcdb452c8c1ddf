#include "ctl/cluster_words.h"

#include <catch2/catch.hpp>

namespace binnacle::ctl {
namespace {

std::string Words(absl::string_view name) {
  const ClusterWords words = ReadClusterName(name);
  return std::string(words.direction) + "/" + std::string(words.port) + "/" +
         std::string(words.subset) + "/" + std::string(words.host);
}

TEST_CASE("a cluster's name tells direction, port, subset and host") {
  CHECK(Words("outbound|80|v1|a.b.svc.cluster.local") == "outbound/80/v1/a.b.svc.cluster.local");
  CHECK(Words("outbound_.80_.v1_.a_b.c") == "outbound/80/v1/a_b.c");
  CHECK(Words("inbound|8080||") == "inbound/8080//");
  CHECK(Words("PassthroughCluster") == "///PassthroughCluster");
  CHECK(Words("") == "///");
}

TEST_CASE("clusters are said as people say them") {
  CHECK(SpeakableCluster("outbound|80|v1|a.example") == "a.example:80 v1");
  CHECK(SpeakableCluster("outbound|80|v1|a.b.svc.cluster.local") == "a.b:80 v1");
  CHECK(SpeakableCluster("outbound|80||a.example") == "a.example:80");
  CHECK(SpeakableCluster("inbound|8080||") == "inbound port 8080");
  CHECK(SpeakableCluster("BlackHoleCluster") == "BlackHoleCluster");
}

TEST_CASE("a host is meant by its name or its first labels") {
  CHECK(MeansHost("", "a.b"));
  CHECK(MeansHost("a.b", "A.b"));
  CHECK(MeansHost("a", "a.b.svc.cluster.local"));
  CHECK_FALSE(MeansHost("a", "ab.c"));
  CHECK_FALSE(MeansHost("a.b.c", "a.b"));
}

}  // namespace
}  // namespace binnacle::ctl
