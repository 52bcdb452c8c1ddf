#include "server/arrival_gate.h"

#include <catch2/catch.hpp>
#include <vector>

namespace binnacle::server {
namespace {

TEST_CASE("as many go through as there are places, the others in the order of coming") {
  ArrivalGate gate(2);
  std::vector<int> order;
  std::vector<ArrivalGate::Place> inside;
  for (int i = 0; i < 4; ++i) {
    gate.Enter([&, i](ArrivalGate::Place place) {
      order.push_back(i);
      inside.push_back(std::move(place));
    });
  }
  CHECK(order == std::vector<int>{0, 1});
  CHECK(gate.waiting() == 2);
  ArrivalGate::Place first = std::move(inside[0]);
  first.Release();
  CHECK(order == std::vector<int>{0, 1, 2});
  first.Release();  // means nothing any more
  CHECK(gate.waiting() == 1);
  { const ArrivalGate::Place second = std::move(inside[1]); }
  CHECK(order == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("who goes through and drops his place lets all behind him through") {
  ArrivalGate gate(1);
  ArrivalGate::Place held;
  gate.Enter([&](ArrivalGate::Place place) { held = std::move(place); });
  int through = 0;
  for (int i = 0; i < 1000; ++i) gate.Enter([&](ArrivalGate::Place) { ++through; });
  CHECK(through == 0);
  held.Release();
  CHECK(through == 1000);
  CHECK(gate.waiting() == 0);
}

}  // namespace
}  // namespace binnacle::server
