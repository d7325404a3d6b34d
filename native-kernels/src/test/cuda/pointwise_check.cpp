// Chains of random operations on random shapes: what a thread computes, and where it finds and puts it.
#include "check.h"
#include "../../main/cuda/pointwise.cu"
#include "shapes.h"

using namespace pointwise;

namespace {

constexpr double U = 0x1p-24;
using Coordinates = shapes::Coordinates;

/// A dense value in memory order whose dimensions are those of the chain, or 1.
struct Value {
    shapes::Dims dims;
    int element;
    std::vector<unsigned char> bytes;

    Value(shapes::Dims dims, int element) : dims(dims), element(element) {
        bytes.resize(dims.size() * (element == F32 ? 4 : element == BF16 ? 2 : 1));
    }

    void fill(check::Random& random) {
        for (long long i = 0; i < dims.size(); i++) {
            float x = random.normal();
            if (element == F32) reinterpret_cast<float*>(bytes.data())[i] = x;
            else if (element == BF16) reinterpret_cast<bfloat16*>(bytes.data())[i] = to_bfloat16(x);
            else bytes[i] = static_cast<unsigned char>(random.bits());
        }
    }

    double at(const Coordinates& c) const {
        Operand o = {const_cast<unsigned char*>(bytes.data()), {}, element, FULL};
        return read(o, dims.index(c));
    }
};

/// A number and how far floats may be from it.
struct Approx {
    double value, error;
};

struct Program {
    shapes::Dims dims;  // in memory order
    std::vector<Value> values;
    std::vector<Instruction> code;
    std::vector<int> results;

    int value(shapes::Dims d, int element) {
        values.emplace_back(d, element);
        return static_cast<int>(values.size()) - 1;
    }

    Chain chain(const int* guard, bool& wide) {
        Chain c = {};
        c.guard = guard;
        c.elements = dims.size();
        c.instructions = static_cast<int>(code.size());
        std::copy(code.begin(), code.end(), c.code);
        std::vector<shapes::Axis> axes = shapes::walk(dims, operandDims());
        wide = axes.size() == 1 || axes.back().count % 8 == 0;
        int lanes = wide ? 8 : 1;
        c.axes = static_cast<int>(axes.size());
        for (int k = 0; k < c.axes; k++) {
            const shapes::Axis& axis = axes[axes.size() - 1 - k];
            long long extent = k == 0 ? (axis.count + lanes - 1) / lanes : axis.count;
            if (k + 1 < c.axes) c.extents[k] = shapes::divisor(static_cast<unsigned>(extent));
            for (size_t v = 0; v < values.size(); v++) c.operands[v].stride[k] = axis.strides[v] * (k == 0 ? lanes : 1);
        }
        for (size_t v = 0; v < values.size(); v++) {
            Operand& o = c.operands[v];
            o.address = values[v].bytes.data();
            o.element = values[v].element;
            bool row = axes.back().strides[v] == 1;
            for (size_t k = 0; k + 1 < axes.size(); k++) row = row && axes[k].strides[v] == 0;
            o.spread = values[v].dims.size() == dims.size() ? FULL : row ? ROW : axes.back().strides[v] == 1 ? WIDE : SINGLE;
        }
        return c;
    }

    std::vector<shapes::Dims> operandDims() const {
        std::vector<shapes::Dims> all;
        for (const Value& v : values) all.push_back(v.dims);
        return all;
    }

    void run(Chain c, bool wide) const {
        long long vectors = wide ? (c.elements + 7) / 8 : c.elements, block = wide ? 256 : 1024;
        gabor::host::run(wide ? "pointwise_wide" : "pointwise_narrow", dim3(static_cast<unsigned>((vectors + block - 1) / block)),
            256, 0, c);
    }
};

Approx combined(int op, Approx x, Approx y) {
    double value = op == ADD ? x.value + y.value
        : op == SUB          ? x.value - y.value
        : op == MUL          ? x.value * y.value
        : op == MIN          ? std::min(x.value, y.value)
                             : std::max(x.value, y.value);
    double error = op == MUL ? std::fabs(x.value) * y.error + std::fabs(y.value) * x.error + x.error * y.error
                             : x.error + y.error;
    return {value, error + U * (std::fabs(value) + error)};
}

/// f'(v) dy; open where the error of v reaches a jump of f'.
Approx slope(int op, Approx v, Approx dy, float a) {
    double f = slope_reference(op, v.value, a), left = slope_reference(op, v.value - v.error, a),
           right = slope_reference(op, v.value + v.error, a);
    double off = std::fabs(left - f) + std::fabs(right - f) + 12 * U * (1 + std::fabs(f) + v.value * v.value);
    double value = f * dy.value;
    return {value, off * std::fabs(dy.value) + (std::fabs(f) + off) * dy.error + 4 * U * std::fabs(value)};
}

/// All functions here have slopes below 1.2 on both sides of x, but for those that scale.
Approx applied(int op, Approx x, float a, float b) {
    double value = value_reference(op, x.value, a, b), steep = std::max(1.2, std::fabs(static_cast<double>(a)));
    return {value, steep * x.error + 12 * U * (std::fabs(value) + std::fabs(x.value) + std::fabs(b) + 0x1p-100)};
}

/// What the program makes of one element, for each of its results in order.
std::vector<Approx> evaluate(const Program& p, const Draw* draws, const Coordinates& at, long long logical) {
    Approx acc = {0, 0}, kept[REGISTERS] = {};
    std::vector<Approx> results;
    for (const Instruction& i : p.code) {
        Approx s = {0, 0};
        if (i.source == OPERAND) s = {p.values[i.index].at(at), 0};
        if (i.source == REGISTER) s = kept[i.index];
        if (i.source == NUMBER) s = {i.a, 0};
        if (i.swapped) std::swap(acc, s);
        if (i.op == LOAD) acc = s;
        else if (i.op == STORE) results.push_back(acc);
        else if (i.op == KEEP) kept[i.index] = acc;
        else if (i.op == DROP) {
            const Draw& d = draws[i.index];
            uint4 w = philox(d.seed[0], d.seed[1], static_cast<unsigned>(logical / 4), d.step[0], d.epoch[0], d.stream);
            unsigned words[] = {w.x, w.y, w.z, w.w};
            Approx kept = {acc.value * i.a, std::fabs(i.a) * acc.error + U * std::fabs(acc.value * i.a)};
            acc = words[logical % 4] >= d.threshold ? kept : Approx{0, 0};
        } else if (i.op <= MAX) acc = combined(i.op, acc, s);
        else if (i.op <= RECIPROCAL) acc = applied(i.op, acc, i.a, i.b);
        else acc = slope(i.op, acc, s, i.a);
    }
    return results;
}

int randomElement(check::Random& random) {
    return random.once(2) ? F32 : random.once(4) ? U8 : BF16;
}

/// An operand of the program's shape, or one with some dimensions of 1.
int randomOperand(check::Random& random, Program& p, int element) {
    shapes::Dims d = p.dims;
    if (random.once(2))
        for (int& dim : d.dims)
            if (random.once(2)) dim = 1;
    int operand = p.value(d, element);
    p.values[operand].fill(random);
    return operand;
}

unsigned char byte(int x) {
    return static_cast<unsigned char>(x);
}

void store(check::Random& random, Program& p) {
    int result = p.value(p.dims, random.once(2) ? F32 : BF16);
    p.results.push_back(result);
    p.code.push_back({STORE, NONE, 0, byte(result), 0, 0});
}

Program randomProgram(check::Random& random, bool image) {
    Program p;
    p.dims = shapes::random(random, image);
    p.code.push_back({LOAD, OPERAND, 0, byte(randomOperand(random, p, randomElement(random))), 0, 0});
    int keeps = 0, draws = 0;
    for (int left = random.between(0, 9); left > 0; left--) {
        float a = random.uniform(0.1f, 1), b = random.normal();
        int kind = random.between(1, 10);
        if (kind <= 4) {
            unsigned char source = random.once(3) && keeps > 0 ? REGISTER : random.once(5) ? NUMBER : OPERAND;
            int index = source == OPERAND ? randomOperand(random, p, randomElement(random))
                : source == REGISTER      ? random.between(0, keeps - 1)
                                          : 0;
            bool slope = random.once(3) && source != NUMBER;
            int op = slope ? random.between(RELU_SLOPE, RECIPROCAL_SLOPE) : random.between(ADD, MAX);
            p.code.push_back({byte(op), source, byte(random.between(0, 1)), byte(index), a, b});
        } else if (kind <= 6) {
            int op = random.between(RELU, AFFINE);
            p.code.push_back({byte(op), NONE, 0, 0, a, b});
        } else if (kind == 7 && keeps < REGISTERS) {
            p.code.push_back({KEEP, NONE, 0, byte(keeps++), 0, 0});
        } else if (kind == 8 && draws < DRAWS) {
            p.code.push_back({DROP, NONE, 0, byte(draws++), 1 / (1 - a / 2), 0});
        } else if (kind == 9) {
            store(random, p);
        }
    }
    store(random, p);
    return p;
}

void runAndCompare(check::Random& random, bool image) {
    Program p = randomProgram(random, image);
    int seed[2] = {static_cast<int>(random.bits()), static_cast<int>(random.bits())}, step = random.between(0, 99999),
        epoch = random.between(0, 50), guard = 0;
    bool wide;
    Chain c = p.chain(random.once(2) ? &guard : nullptr, wide);
    for (Draw& d : c.draws) d = {seed, &step, &epoch, random.bits(), static_cast<int>(random.bits())};
    // an image lies as n, h, w, c and is drawn for as n, c, h, w
    const std::vector<int>& d = p.dims.dims;
    long long plane = image ? static_cast<long long>(d[1]) * d[2] : 1, channels = image ? d[3] : 1;
    c.channels = shapes::divisor(static_cast<unsigned>(channels));
    c.image = shapes::divisor(static_cast<unsigned>(image ? channels * plane : 1));
    p.run(c, wide);
    for (long long i = 0; i < p.dims.size(); i++) {
        Coordinates at = p.dims.coordinates(i);
        long long logical = image ? (at[0] * channels + at[3]) * plane + at[1] * d[2] + at[2] : i;
        std::vector<Approx> want = evaluate(p, c.draws, at, logical);
        for (size_t r = 0; r < want.size(); r++) {
            const Value& y = p.values[p.results[r]];
            double rounding = y.element == BF16 ? 0x1p-8 * (std::fabs(want[r].value) + want[r].error) + 0x1p-130 : 0;
            check::near(wide ? "wide" : "narrow", i, y.at(at), want[r].value, want[r].error + rounding);
        }
    }
}

}  // namespace

CHECK(pointwise_chain_of_an_image) {
    runAndCompare(random, true);
}

CHECK(pointwise_chain_of_any_rank) {
    runAndCompare(random, false);
}

CHECK(pointwise_function) {
    static const float edges[] = {NAN, 0x1p-149f, -0x1p-149f, 1e-30f, -1e-6f, 3, -3, 0x1.7ffffep1f, -0x1.800002p1f, 6, -6, 17,
        -17, 30, -30, 88, -88, 89, -89, 100, -104, 1e10f, -1e10f, 1e30f, -1e30f};
    int op = random.between(RELU, RECIPROCAL_SLOPE), n = random.between(1, 700);
    Program p;
    p.dims = {{n}};
    int x = p.value(p.dims, F32), dy = p.value(p.dims, F32), y = p.value(p.dims, F32);
    float* xs = reinterpret_cast<float*>(p.values[x].bytes.data());
    for (int i = 0; i < n; i++) xs[i] = random.once(10) ? edges[random.between(0, 24)] : 3 * random.normal();
    p.values[dy].fill(random);
    float a = random.uniform(0, 2), b = random.normal();
    p.code = {{LOAD, OPERAND, 0, byte(x), 0, 0}, {byte(op), byte(op > RECIPROCAL ? OPERAND : NONE), 0, byte(dy), a, b},
        {STORE, NONE, 0, byte(y), 0, 0}};
    bool wide;
    Chain c = p.chain(nullptr, wide);
    p.run(c, wide);
    const float *ys = reinterpret_cast<float*>(p.values[y].bytes.data()), *s = reinterpret_cast<float*>(p.values[dy].bytes.data());
    for (int i = 0; i < n; i++) {
        double v = xs[i], reach = std::fmin(std::fabs(v), 10);
        bool slope = op > RECIPROCAL;
        double want = slope ? slope_reference(op, v, a) * s[i] : value_reference(op, v, a, b);
        // the slope by the result squares it, far outside of what a result can be
        bool squares = op == TANH_SLOPE || op == SIGMOID_SLOPE || op == RECIPROCAL_SLOPE || op == ELU_SLOPE;
        double cancelled = slope ? std::fabs(s[i]) * (squares ? 1 + v * v + std::fabs(v) : 1 + reach * reach) : reach + std::fabs(b);
        if (std::isnan(v) && (op == RELU_SLOPE || op == RELU6_SLOPE || op == HARD_SIGMOID_SLOPE)) want = 0;
        if (std::isinf(static_cast<float>(want)) || cancelled > 3e38) continue;
        check::near("f", i, ys[i], want, 10 * U * (std::fabs(want) + cancelled) + 0x1p-126);
    }
}

CHECK(pointwise_behind_a_closed_guard) {
    Program p = randomProgram(random, true);
    std::vector<Value> before = p.values;
    int guard[2] = {1, 17};
    bool wide;
    Chain c = p.chain(guard, wide);
    p.run(c, wide);
    for (int r : p.results) check::that(p.values[r].bytes == before[r].bytes, "result ", r, " has changed");
}

CHECK(pointwise_quotient) {
    unsigned d = random.once(2) ? 1 + random.bits() % 1000 : 1 + random.bits() % 0x7FFFFFFFu;
    Divisor by = shapes::divisor(d);
    for (int i = 0; i < 1000; i++) {
        long long n = random.bits();
        if (i % 3 == 0) n = n % 10 * d + d - 1 + i % 2;
        if (i % 7 == 0) n = n << 20 | random.bits();
        check::that(quotient(n, by) == n / d, n, " / ", d, " is ", quotient(n, by));
    }
}
