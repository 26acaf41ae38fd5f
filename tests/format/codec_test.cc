#include "format/codec.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/record.h"
#include "tests/format/samples.h"

namespace weir::format {
namespace {

using samples::random_number;
using samples::random_text;
using Bytes = std::vector<uint8_t>;
using Intervals = std::vector<std::pair<uint64_t, uint64_t>>;

Properties sample_properties() {
  Properties properties;
  properties.content_type = "text/plain";
  properties.headers = {{"key", std::string("\0\xFF", 2)}, {"empty", ""}};
  properties.producer_id = 17;
  properties.producer_sequence = 18;
  properties.key = std::string("k\0", 2);
  return properties;
}

std::vector<FooterEntry> sample_footer() {
  FooterEntry first;
  first.stream_id = 1;
  first.record_count = 2;
  first.first = 0x101;
  first.last = 0x1FF;
  first.offset = 4096;
  first.bytes = 0x148;
  FooterEntry second = first;
  second.stream_id = 2;
  second.first = second.last = 0x202;
  second.record_count = 1;
  second.offset = 4096 + 0x148;
  second.bytes = 0x168;
  return {first, second};
}

StoreState sample_state() {
  StreamState stream;
  stream.stream_id = 1;
  stream.engine = 1;
  stream.kind = 1;
  stream.name = "frames";
  stream.next_number = 0x1111;
  stream.ceiling = 0x2222;
  stream.floor = 0x333;
  stream.dead = {{0x401, 0x402}, {0x501, 0x502}};
  stream.gaps = {{0x601, 0x602}};
  stream.facts = {{"key", "value"}};
  SegmentEntry segment;
  segment.file_id = 0x7777;
  segment.salt = 0x8888;
  segment.bytes = 0x99000;
  segment.footer_offset = 0x98000;
  segment.footer_crc = 0xAABBCCDD;
  StoreState state;
  state.generation = 0xEEEE;
  state.next_stream_id = 2;
  state.streams = {stream};
  state.segments = {segment};
  return state;
}

Manifest sample_manifest() {
  Manifest manifest;
  manifest.generation = 0x1111;
  manifest.uuid = samples::kUuid;
  manifest.cut_file_id = 0x2222;
  manifest.next_file_id = 0x3333;
  manifest.state_slot = 1;
  manifest.state_bytes = 0x4444;
  manifest.state_crc = 0xAABBCCDD;
  manifest.durable = {0x5555, 0x6666};
  manifest.clean = true;
  manifest.next_group = 0x7777;
  manifest.deletes = {0x8888, 0x9999};
  return manifest;
}

// The message with the one place that holds `from` changed.
Bytes with_number(Bytes bytes, uint64_t from, uint64_t to) {
  uint8_t pattern[8];
  store_little(pattern, from);
  const auto at = std::search(bytes.begin(), bytes.end(), pattern, pattern + 8);
  EXPECT_NE(at, bytes.end()) << from;
  EXPECT_EQ(std::search(at + 1, bytes.end(), pattern, pattern + 8), bytes.end()) << from;
  store_little(&*at, to);
  return bytes;
}

Bytes with_byte(Bytes bytes, size_t at, uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

// Decodes, and if that went well, encodes again: the encoders assert that every value is in range.
Bytes encoded_again(const Properties& value) { return encode_properties(value); }
Bytes encoded_again(const std::vector<FooterEntry>& value) { return encode_footer(value); }
Bytes encoded_again(const StoreState& value) { return encode_state(value); }
Bytes encoded_again(const Manifest& value) { return encode_manifest(value); }

template <typename Decode>
bool decodes_to_values_in_range(ByteView bytes, Decode&& decode) {
  auto first = decode(bytes);
  if (!first.ok()) {
    EXPECT_EQ(first.status().code(), Code::kCorrupt);
    EXPECT_FALSE(first.status().message().empty());
    EXPECT_LT(first.status().message().size(), 300u);
    return false;
  }
  const Bytes again = encoded_again(first.value());
  auto second = decode(again);
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(encoded_again(second.value()), again);
  return true;
}

template <typename Decode>
void survives_damage(const Bytes& good, uint64_t seed, Decode&& decode) {
  ASSERT_TRUE(decodes_to_values_in_range(good, decode));
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(
        decodes_to_values_in_range(samples::exact_copy(ByteView(good).first(size)), decode));
  }
  samples::with_each_bit_flipped(good, 0, good.size(), [&](ByteView flipped, size_t) {
    decodes_to_values_in_range(flipped, decode);
  });
  Prng prng(seed);
  for (int round = 0; round < 3000; ++round) {
    decodes_to_values_in_range(samples::exact_copy(samples::mutated(prng, good)), decode);
    Bytes noise = samples::random_bytes(prng, 8 * (2 + prng.below(20)));
    if (!prng.one_in(4)) {
      // A plausible table, so that the noise reaches the message itself.
      store_little(noise.data(), uint32_t{0});
      store_little(noise.data() + 4, static_cast<uint32_t>(noise.size() / 8 - 1));
    }
    decodes_to_values_in_range(noise, decode);
  }
}

TEST(Properties, have_the_pinned_bytes) {
  EXPECT_EQ(samples::to_hex(encode_properties(sample_properties())),
            "0000000011000000000000000200030011000000000000001200000000000000"
            "090000005a00000011000000270000000900000012000000746578742f706c61"
            "696e0000000000006b0000000000000008000000000002000d00000022000000"
            "0d000000120000000d000000320000000d000000020000006b65790000000000"
            "00ff000000000000656d707479000000");
}

// Written before records had keys.
TEST(Properties, without_a_key_field_are_read) {
  const Result<Properties> read = decode_properties(
      samples::from_hex("000000000f000000000000000200020011000000000000001200000000000000"
                        "050000005a0000000900000027000000746578742f706c61696e000000000000"
                        "08000000000002000d000000220000000d000000120000000d00000032000000"
                        "0d000000020000006b6579000000000000ff000000000000656d707479000000"));
  ASSERT_TRUE(read.ok()) << read.status().to_string();
  EXPECT_EQ(read.value().content_type, sample_properties().content_type);
  EXPECT_EQ(read.value().headers, sample_properties().headers);
  EXPECT_EQ(read.value().key, "");
}

TEST(Properties, that_are_empty_take_no_bytes) {
  EXPECT_TRUE(encode_properties({}).empty());
  ASSERT_TRUE(decode_properties({}).ok());
  EXPECT_TRUE(decode_properties({}).value().headers.empty());
}

TEST(Properties, are_read_as_they_were_written) {
  Prng prng(10);
  for (int round = 0; round < 500; ++round) {
    Properties properties;
    properties.content_type = random_text(prng, prng.below(256));
    properties.producer_id = random_number(prng);
    properties.producer_sequence = random_number(prng);
    properties.key = random_text(prng, prng.below(100));
    for (uint64_t left = prng.below(20); left != 0; --left) {
      properties.headers.emplace_back(random_text(prng, 1 + prng.below(255)),
                                      random_text(prng, prng.below(2000)));
    }

    Result<Properties> read = decode_properties(encode_properties(properties));

    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read.value().content_type, properties.content_type);
    EXPECT_EQ(read.value().headers, properties.headers);
    EXPECT_EQ(read.value().key, properties.key);
    EXPECT_EQ(read.value().producer_id, properties.producer_id);
    EXPECT_EQ(read.value().producer_sequence, properties.producer_sequence);
  }
}

TEST(Properties, of_the_largest_size_are_read_and_one_word_more_is_refused) {
  Properties properties;
  properties.headers = {{"n", std::string((1u << 17) - 64, 'v')}};
  while (encode_properties(properties).size() > kPropertiesBytesMax) {
    properties.headers[0].second.resize(properties.headers[0].second.size() - 8);
  }
  ASSERT_EQ(encode_properties(properties).size(), kPropertiesBytesMax - 7);

  EXPECT_TRUE(decode_properties(encode_properties(properties)).ok());
  properties.headers[0].second += "eight...";
  EXPECT_EQ(decode_properties(encode_properties(properties)).status().code(), Code::kCorrupt);
}

TEST(Properties, with_names_of_a_wrong_size_are_refused) {
  Properties nameless;
  nameless.headers = {{"", "value"}};
  Properties long_name;
  long_name.headers = {{std::string(256, 'n'), "value"}};
  Properties long_type;
  long_type.content_type = std::string(256, 't');

  for (const Properties& bad : {nameless, long_name, long_type}) {
    EXPECT_EQ(decode_properties(encode_properties(bad)).status().code(), Code::kCorrupt);
  }
}

TEST(Properties, survive_random_and_mutated_bytes) {
  survives_damage(encode_properties(sample_properties()), 11, decode_properties);
}

TEST(Footer, has_the_pinned_bytes) {
  EXPECT_EQ(samples::to_hex(encode_footer(sample_footer())),
            "000000000d000000000000000000010001000000570000000800000005000000"
            "01000000020000000101000000000000ff010000000000000010000000000000"
            "4801000000000000020000000100000002020000000000000202000000000000"
            "48110000000000006801000000000000");
}

TEST(Footer, is_read_as_it_was_written) {
  Prng prng(12);
  for (const size_t count : {0u, 1u, 7u, 100u, 20000u}) {
    std::vector<FooterEntry> entries(count);
    uint64_t offset = 4096;
    for (FooterEntry& entry : entries) {
      entry.stream_id = static_cast<uint32_t>(prng.next());
      entry.record_count = 1 + static_cast<uint32_t>(prng.below(1000));
      entry.first = prng.below(kNumberMax - 2000);
      entry.last = entry.first + entry.record_count - 1 + prng.below(1000);
      entry.offset = offset;
      entry.bytes = 64 + 8 * prng.below(10000);
      offset += entry.bytes + 8 * prng.below(2);
    }

    Result<std::vector<FooterEntry>> read = decode_footer(encode_footer(entries));

    ASSERT_TRUE(read.ok()) << read.status().message();
    ASSERT_EQ(read.value().size(), count);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(read.value()[i].stream_id, entries[i].stream_id);
      EXPECT_EQ(read.value()[i].record_count, entries[i].record_count);
      EXPECT_EQ(read.value()[i].first, entries[i].first);
      EXPECT_EQ(read.value()[i].last, entries[i].last);
      EXPECT_EQ(read.value()[i].offset, entries[i].offset);
      EXPECT_EQ(read.value()[i].bytes, entries[i].bytes);
    }
  }
}

TEST(Footer, with_values_out_of_range_is_refused) {
  const Bytes good = encode_footer(sample_footer());
  const auto code = [&](uint64_t from, uint64_t to) {
    return decode_footer(with_number(good, from, to)).status().code();
  };

  for (const uint64_t offset :
       {uint64_t{0}, uint64_t{4088}, uint64_t{4097}, uint64_t{4104}, UINT64_MAX, UINT64_MAX - 7}) {
    EXPECT_EQ(code(4096, offset), Code::kCorrupt) << offset;
  }
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{56}, uint64_t{65}, uint64_t{0x150}, UINT64_MAX - 7, kNumberMax - 7}) {
    EXPECT_EQ(code(0x148, bytes), Code::kCorrupt) << bytes;
  }
  EXPECT_EQ(code(0x101, 0x200), Code::kCorrupt);  // first above last
  EXPECT_EQ(code(0x101, 0x1FF), Code::kCorrupt);  // two records, one number
  EXPECT_EQ(code(0x1FF, UINT64_MAX), Code::kCorrupt);
  EXPECT_EQ(code(uint64_t{2} << 32 | 1, 1), Code::kCorrupt);  // no records
  EXPECT_EQ(code(0x1FF, 0x1FE), Code::kOk);
}

TEST(Footer, survives_random_and_mutated_bytes) {
  survives_damage(encode_footer(sample_footer()), 13, decode_footer);
}

TEST(State, has_the_pinned_bytes) {
  EXPECT_EQ(samples::to_hex(encode_state(sample_state())),
            "00000000240000000000000002000300eeee0000000000000200000000000000"
            "0900000047000000610000002f00000075000000070000000400000004000400"
            "0100000001010000111100000000000022220000000000003303000000000000"
            "0d0000003a0000000d000000270000001d000000170000002500000017000000"
            "6672616d65730000080000000200000001040000000000000204000000000000"
            "0105000000000000020500000000000004000000020000000106000000000000"
            "02060000000000000400000000000200050000001a000000050000002a000000"
            "6b6579000000000076616c756500000004000000050000007777000000000000"
            "888800000000000000900900000000000080090000000000ddccbbaa00000000"
            "0000000004000000");
}

Intervals random_intervals(Prng& prng, size_t count) {
  Intervals intervals;
  uint64_t next = prng.below(100);
  for (size_t i = 0; i < count; ++i) {
    intervals.emplace_back(next, next + prng.below(1000));
    next = intervals.back().second + 1 + prng.below(1000);
  }
  return intervals;
}

StoreState random_state(Prng& prng) {
  StoreState state;
  state.generation = random_number(prng) & kNumberMax;
  state.next_stream_id = 1;
  for (uint64_t left = prng.below(20); left != 0; --left) {
    StreamState& stream = state.streams.emplace_back();
    stream.stream_id = state.next_stream_id++;
    stream.engine = static_cast<uint8_t>(prng.below(kEngineMax + 1));
    stream.kind = static_cast<uint8_t>(prng.below(kStreamKindMax + 1));
    stream.name = random_text(prng, 1 + prng.below(255));
    stream.next_number = 1 + prng.below(kNumberMax);
    stream.ceiling = prng.below(kNumberMax);
    stream.floor = 1 + prng.below(kNumberMax);
    stream.dead = random_intervals(prng, prng.one_in(3) ? prng.below(2000) : 0);
    stream.gaps = random_intervals(prng, prng.below(3));
    for (uint64_t facts = prng.below(5); facts != 0; --facts) {
      stream.facts.emplace_back(random_text(prng, prng.below(40)),
                                random_text(prng, 1 + prng.below(2000)));
    }
  }
  for (uint64_t left = prng.below(20); left != 0; --left) {
    SegmentEntry& segment = state.segments.emplace_back();
    segment.file_id = state.segments.size();
    segment.salt = prng.next();
    segment.footer_offset = 4096 + 8 * prng.below(1u << 30);
    segment.bytes = segment.footer_offset + 64 + prng.below(1u << 20);
    segment.footer_crc = static_cast<uint32_t>(prng.next());
  }
  return state;
}

TEST(State, is_read_as_it_was_written) {
  Prng prng(14);
  for (int round = 0; round < 100; ++round) {
    const StoreState state = random_state(prng);

    Result<StoreState> read = decode_state(encode_state(state));

    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read.value().generation, state.generation);
    EXPECT_EQ(read.value().next_stream_id, state.next_stream_id);
    ASSERT_EQ(read.value().streams.size(), state.streams.size());
    for (size_t i = 0; i < state.streams.size(); ++i) {
      const StreamState& expected = state.streams[i];
      const StreamState& stream = read.value().streams[i];
      EXPECT_EQ(stream.stream_id, expected.stream_id);
      EXPECT_EQ(stream.engine, expected.engine);
      EXPECT_EQ(stream.kind, expected.kind);
      EXPECT_EQ(stream.name, expected.name);
      EXPECT_EQ(stream.next_number, expected.next_number);
      EXPECT_EQ(stream.ceiling, expected.ceiling);
      EXPECT_EQ(stream.floor, expected.floor);
      EXPECT_EQ(stream.dead, expected.dead);
      EXPECT_EQ(stream.gaps, expected.gaps);
      EXPECT_EQ(stream.facts, expected.facts);
    }
    ASSERT_EQ(read.value().segments.size(), state.segments.size());
    for (size_t i = 0; i < state.segments.size(); ++i) {
      EXPECT_EQ(read.value().segments[i].file_id, state.segments[i].file_id);
      EXPECT_EQ(read.value().segments[i].salt, state.segments[i].salt);
      EXPECT_EQ(read.value().segments[i].bytes, state.segments[i].bytes);
      EXPECT_EQ(read.value().segments[i].footer_offset, state.segments[i].footer_offset);
      EXPECT_EQ(read.value().segments[i].footer_crc, state.segments[i].footer_crc);
    }
  }
}

TEST(State, of_a_hundred_thousand_intervals_and_streams_is_read) {
  Prng prng(15);
  StoreState state;
  for (int i = 0; i < 100000; ++i) {
    StreamState& stream = state.streams.emplace_back();
    stream.stream_id = state.next_stream_id++;
    stream.name = "q";
  }
  state.streams[5].dead = random_intervals(prng, 100000);

  Result<StoreState> read = decode_state(encode_state(state));

  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read.value().streams.size(), 100000u);
  EXPECT_EQ(read.value().streams[5].dead, state.streams[5].dead);
}

TEST(State, with_values_out_of_range_is_refused) {
  const Bytes good = encode_state(sample_state());
  const auto code = [&](uint64_t from, uint64_t to) {
    return decode_state(with_number(good, from, to)).status().code();
  };

  EXPECT_EQ(code(0xEEEE, UINT64_MAX), Code::kCorrupt);  // generation
  EXPECT_EQ(code(0x1111, 0), Code::kCorrupt);           // next number
  EXPECT_EQ(code(0x1111, kNumberMax + 1), Code::kCorrupt);
  EXPECT_EQ(code(0x2222, kNumberMax + 1), Code::kCorrupt);  // ceiling
  EXPECT_EQ(code(0x333, 0), Code::kCorrupt);                // floor
  EXPECT_EQ(code(0x333, UINT64_MAX), Code::kCorrupt);
  EXPECT_EQ(code(0x402, 0x400), Code::kCorrupt);  // dead: last below first
  EXPECT_EQ(code(0x402, 0x501), Code::kCorrupt);  // overlap
  EXPECT_EQ(code(0x402, 0x500), Code::kOk);       // neighbours
  EXPECT_EQ(code(0x501, 0x100), Code::kCorrupt);  // not ascending
  EXPECT_EQ(code(0x502, UINT64_MAX), Code::kCorrupt);
  EXPECT_EQ(code(0x601, 0x603), Code::kCorrupt);  // gaps
  EXPECT_EQ(code(0x7777, 0), Code::kCorrupt);     // file id
  EXPECT_EQ(code(0x7777, UINT64_MAX), Code::kCorrupt);
  EXPECT_EQ(code(0x99000, UINT64_MAX), Code::kCorrupt);  // size of the segment
  EXPECT_EQ(code(0x99000, 0), Code::kCorrupt);
  EXPECT_EQ(code(0x99000, 0x9803F), Code::kCorrupt);  // no room for the footer
  EXPECT_EQ(code(0x99000, 0x98040), Code::kOk);
  EXPECT_EQ(code(0x98000, 4088), Code::kCorrupt);  // footer offset
  EXPECT_EQ(code(0x98000, 0x98001), Code::kCorrupt);
  EXPECT_EQ(code(0x98000, UINT64_MAX - 7), Code::kCorrupt);
}

TEST(State, that_could_not_be_read_again_is_not_written) {
  const auto broken = [](auto&& change) {
    StoreState state = sample_state();
    change(state);
    EXPECT_BROKEN_INVARIANT(encode_state(state));
  };

  broken([](StoreState& state) { state.next_stream_id = 1; });
  broken([](StoreState& state) { state.streams[0].stream_id = 0; });
  broken([](StoreState& state) { state.streams[0].name.clear(); });
  broken([](StoreState& state) { state.streams[0].name.resize(256); });
  broken([](StoreState& state) { state.streams[0].engine = kEngineMax + 1; });
  broken([](StoreState& state) { state.streams[0].kind = kStreamKindMax + 1; });
  broken([](StoreState& state) { state.streams[0].facts[0].second.clear(); });
  broken([](StoreState& state) { state.streams.push_back(state.streams[0]); });
  broken([](StoreState& state) { state.segments.push_back(state.segments[0]); });
}

TEST(State, survives_random_and_mutated_bytes) {
  survives_damage(encode_state(sample_state()), 16, decode_state);
}

TEST(Manifest, has_the_pinned_bytes) {
  EXPECT_EQ(samples::to_hex(encode_manifest(sample_manifest())),
            "000000000e000000000000000a00010011110000000000000001020304050607"
            "08090a0b0c0d0e0f222200000000000033330000000000004444000000000000"
            "ddccbbaa01010000555500000000000066660000000000007777000000000000"
            "010000001500000088880000000000009999000000000000");
}

TEST(Manifest, is_read_as_it_was_written) {
  Prng prng(17);
  for (int round = 0; round < 500; ++round) {
    Manifest manifest;
    manifest.generation = random_number(prng) & kNumberMax;
    for (uint8_t& byte : manifest.uuid) byte = static_cast<uint8_t>(prng.next());
    manifest.cut_file_id = random_number(prng) & kNumberMax;
    manifest.next_file_id = 1 + prng.below(kNumberMax);
    manifest.state_slot = static_cast<uint32_t>(prng.below(2));
    manifest.state_bytes = prng.below(1ull << 32);
    manifest.state_crc = static_cast<uint32_t>(prng.next());
    manifest.durable = {prng.below(kNumberMax), prng.below(kNumberMax)};
    manifest.clean = prng.one_in(2);
    manifest.next_group = 1 + prng.below(kNumberMax);
    for (uint64_t left = prng.below(50); left != 0; --left) {
      manifest.deletes.push_back(1 + prng.below(kNumberMax));
    }

    Result<Manifest> read = decode_manifest(encode_manifest(manifest));

    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read.value().generation, manifest.generation);
    EXPECT_EQ(read.value().uuid, manifest.uuid);
    EXPECT_EQ(read.value().cut_file_id, manifest.cut_file_id);
    EXPECT_EQ(read.value().next_file_id, manifest.next_file_id);
    EXPECT_EQ(read.value().state_slot, manifest.state_slot);
    EXPECT_EQ(read.value().state_bytes, manifest.state_bytes);
    EXPECT_EQ(read.value().state_crc, manifest.state_crc);
    EXPECT_EQ(read.value().durable, manifest.durable);
    EXPECT_EQ(read.value().clean, manifest.clean);
    EXPECT_EQ(read.value().next_group, manifest.next_group);
    EXPECT_EQ(read.value().deletes, manifest.deletes);
  }
}

TEST(Manifest, with_values_out_of_range_is_refused) {
  const Bytes good = encode_manifest(sample_manifest());
  const auto code = [&](uint64_t from, uint64_t to) {
    return decode_manifest(with_number(good, from, to)).status().code();
  };

  for (const uint64_t number :
       {0x1111u, 0x2222u, 0x3333u, 0x5555u, 0x6666u, 0x7777u, 0x8888u, 0x9999u}) {
    EXPECT_EQ(code(number, kNumberMax), Code::kOk) << number;
    EXPECT_EQ(code(number, kNumberMax + 1), Code::kCorrupt) << number;
  }
  for (const uint64_t number : {0x3333u, 0x7777u, 0x8888u, 0x9999u}) {
    EXPECT_EQ(code(number, 0), Code::kCorrupt) << number;
  }
  EXPECT_EQ(code(0x4444, UINT32_MAX), Code::kOk);  // bytes of the state file
  EXPECT_EQ(code(0x4444, uint64_t{UINT32_MAX} + 1), Code::kCorrupt);
  constexpr size_t kStateSlotAt = 68;
  EXPECT_EQ(decode_manifest(with_byte(good, kStateSlotAt, 0)).value().state_slot, 0u);
  EXPECT_EQ(decode_manifest(with_byte(good, kStateSlotAt, 2)).status().code(), Code::kCorrupt);
}

TEST(Manifest, survives_random_and_mutated_bytes) {
  survives_damage(encode_manifest(sample_manifest()), 18, decode_manifest);
}

TEST(Message, has_exactly_one_segment) {
  const Bytes good = encode_manifest(sample_manifest());
  Bytes two = good;
  store_little(two.data(), uint32_t{1});
  Bytes short_table = good;
  store_little(short_table.data() + 4, static_cast<uint32_t>(good.size() / 8 - 2));
  Bytes longer = good;
  longer.resize(longer.size() + 8);

  EXPECT_EQ(load_little<uint32_t>(good.data()), 0u);
  EXPECT_EQ(load_little<uint32_t>(good.data() + 4), good.size() / 8 - 1);
  for (const Bytes& bad : {two, short_table, longer, Bytes(1), Bytes(8), Bytes(15)}) {
    EXPECT_EQ(decode_manifest(bad).status().code(), Code::kCorrupt);
  }
  for (const uint32_t hostile : {UINT32_MAX, UINT32_MAX - 1, 1u << 29}) {
    Bytes bad = good;
    store_little(bad.data() + 4, hostile);
    EXPECT_EQ(decode_manifest(bad).status().code(), Code::kCorrupt);
    bad = good;
    store_little(bad.data(), hostile);
    EXPECT_EQ(decode_manifest(bad).status().code(), Code::kCorrupt);
  }
}

TEST(Message, of_endless_size_is_refused_before_it_takes_memory) {
  // A list of 2^29 - 1 structs without any content: 16 bytes that claim to be half a billion
  // headers.
  Bytes bytes(8 + 8 + 32 + 8);
  store_little(bytes.data() + 4, uint32_t{6});
  store_little(bytes.data() + 8, uint64_t{0x0002'0002'0000'0000});   // root: 2 words, 2 pointers
  store_little(bytes.data() + 40, uint64_t{0x0000'0007'0000'0001});  // composite list of 0 words
  store_little(bytes.data() + 48, uint64_t{0x0000'0000'7FFF'FFFC});  // 2^29 - 1 elements of none

  const Status status = decode_properties(bytes).status();

  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("not a valid message"), std::string_view::npos);
}

}  // namespace
}  // namespace weir::format
