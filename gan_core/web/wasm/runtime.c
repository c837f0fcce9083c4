/* The arithmetic of a generator, for browsers: compiled to WebAssembly with 128-bit SIMD.
 *
 * Values are float32, images [H, W, C] without a batch axis. One kernel does most of the work: a
 * product of rows with a packed matrix, where each output point names its input rows in a table
 * (an indirect convolution: M. Dukhan, "The Indirect Convolution Algorithm", arXiv 1907.02129).
 * Dense layers, convolutions of any stride and transposed convolutions differ in their tables only.
 *
 * No library, no allocation, no global state: the caller lays out the memory.
 */

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum { LANES = 4, BLOCK = 8 };
enum { LINEAR, RELU, LEAKY_RELU, TANH, SIGMOID };

#ifdef RELAXED
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#endif

/* e^x, relative error about 1e-7: 2^n times a polynomial on [-ln2/2, ln2/2]. */
static v128_t exponential(v128_t x) {
  x = wasm_f32x4_min(wasm_f32x4_max(x, wasm_f32x4_splat(-87.0f)), wasm_f32x4_splat(88.0f));
  v128_t n = wasm_f32x4_nearest(wasm_f32x4_mul(x, wasm_f32x4_splat(1.44269504f)));
  v128_t r = wasm_f32x4_sub(x, wasm_f32x4_mul(n, wasm_f32x4_splat(0.693359375f)));
  r = wasm_f32x4_add(r, wasm_f32x4_mul(n, wasm_f32x4_splat(2.12194440e-4f)));
  const float coefficients[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                                4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  v128_t p = wasm_f32x4_splat(coefficients[0]);
  for (int i = 1; i < 6; i++)
    p = wasm_f32x4_add(wasm_f32x4_mul(p, r), wasm_f32x4_splat(coefficients[i]));
  p = wasm_f32x4_add(wasm_f32x4_mul(p, wasm_f32x4_mul(r, r)), r);
  p = wasm_f32x4_add(p, wasm_f32x4_splat(1.0f));
  v128_t power = wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127));
  return wasm_f32x4_mul(p, wasm_i32x4_shl(power, 23));
}

static v128_t sigmoid(v128_t x) {
  v128_t one = wasm_f32x4_splat(1.0f);
  return wasm_f32x4_div(one, wasm_f32x4_add(one, exponential(wasm_f32x4_neg(x))));
}

static v128_t activated(v128_t x, int function, float slope) {
  v128_t zero = wasm_f32x4_splat(0.0f);
  switch (function) {
    case RELU:
      return wasm_f32x4_max(x, zero);
    case LEAKY_RELU: {
      v128_t low = wasm_f32x4_mul(x, wasm_f32x4_splat(slope));
      return wasm_v128_bitselect(low, x, wasm_f32x4_lt(x, zero));
    }
    case TANH: { /* tanh x = 2 sigmoid(2x) - 1 */
      v128_t s = sigmoid(wasm_f32x4_add(x, x));
      return wasm_f32x4_sub(wasm_f32x4_add(s, s), wasm_f32x4_splat(1.0f));
    }
    case SIGMOID:
      return sigmoid(x);
  }
  return x;
}

/* Four values at `from`, or the `left` that are there, with zeros. */
static v128_t load_some(const float *from, int left) {
  float values[LANES] = {0};
  for (int i = 0; i < left; i++) values[i] = from[i];
  return wasm_v128_load(values);
}

static void store_some(float *to, v128_t value, int left) {
  float values[LANES];
  wasm_v128_store(values, value);
  for (int i = 0; i < left; i++) to[i] = values[i];
}

EXPORT(short_to_float)
void short_to_float(const int16_t *from, float *to, int count) {
  for (int i = 0; i < count; i++) to[i] = (float)from[i];
}

/* A matrix [rows, columns], whose entries lie `row_step` and `column_step` apart, as blocks of
 * eight columns: [columns / 8][rows][8], zeros at the end. */
EXPORT(pack)
void pack(const float *from, float *to, int rows, int columns, int row_step, int column_step) {
  for (int start = 0; start < columns; start += BLOCK)
    for (int row = 0; row < rows; row++)
      for (int i = 0; i < BLOCK; i++)
        *to++ = start + i < columns ? from[row * row_step + (start + i) * column_step] : 0.0f;
}

#define ROW_SUMS(i) v128_t low##i = zero, high##i = zero; const float *row##i;
#define ROW_START(i) row##i = rows[i * num_taps + tap];
#define ROW_STEP(i)                                     \
  {                                                     \
    v128_t x = wasm_v128_load32_splat(row##i + channel); \
    low##i = MULTIPLY_ADD(x, left, low##i);             \
    high##i = MULTIPLY_ADD(x, right, high##i);          \
  }
#define ROW_END(i) finish(outputs[i] + start, low##i, high##i, columns - start, scale + start, shift + start, function, slope);

#define ONE(DO) DO(0)
#define TWO(DO) DO(0) DO(1)
#define FOUR(DO) DO(0) DO(1) DO(2) DO(3)
#define SIX(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)

static void finish(float *to, v128_t low, v128_t high, int left, const float *scale,
                   const float *shift, int function, float slope) {
  if (left >= BLOCK) {
    low = wasm_f32x4_add(wasm_f32x4_mul(low, wasm_v128_load(scale)), wasm_v128_load(shift));
    high = wasm_f32x4_add(wasm_f32x4_mul(high, wasm_v128_load(scale + LANES)), wasm_v128_load(shift + LANES));
    wasm_v128_store(to, activated(low, function, slope));
    wasm_v128_store(to + LANES, activated(high, function, slope));
    return;
  }
  int first = left < LANES ? left : LANES, second = left - first;
  low = wasm_f32x4_add(wasm_f32x4_mul(low, load_some(scale, first)), load_some(shift, first));
  store_some(to, activated(low, function, slope), first);
  high = wasm_f32x4_add(wasm_f32x4_mul(high, load_some(scale + first, second)), load_some(shift + first, second));
  store_some(to + first, activated(high, function, slope), second);
}

/* Some output points times eight columns. */
#define KERNEL(name, ALL)                                                                        \
  static void name(const float **rows, int num_taps, int channels, const float *matrix,          \
                   float **outputs, int start, int columns, const float *scale,                  \
                   const float *shift, int function, float slope) {                              \
    v128_t zero = wasm_f32x4_splat(0.0f);                                                        \
    ALL(ROW_SUMS)                                                                                \
    for (int tap = 0; tap < num_taps; tap++) {                                                   \
      ALL(ROW_START)                                                                             \
      _Pragma("clang loop unroll_count(4)") /* four channels to an address: a quarter faster */  \
      for (int channel = 0; channel < channels; channel++) {                                     \
        v128_t left = wasm_v128_load(matrix), right = wasm_v128_load(matrix + LANES);            \
        matrix += BLOCK;                                                                         \
        ALL(ROW_STEP)                                                                            \
      }                                                                                          \
    }                                                                                            \
    ALL(ROW_END)                                                                                 \
  }

KERNEL(one_row, ONE)
KERNEL(two_rows, TWO)
KERNEL(four_rows, FOUR)
KERNEL(six_rows, SIX)

/* outputs[m][n] = f(scale[n] * sum over taps t and channels c of rows[m, t][c] matrix[t, c, n]
 * + shift[n]). The matrix is packed; scale and shift are as long as it is wide. */
EXPORT(product)
void product(const float **rows, int count, int num_taps, int channels, const float *matrix,
             float **outputs, int columns, const float *scale, const float *shift, int function,
             float slope) {
  for (int start = 0; start < columns; start += BLOCK) {
    int m = 0;
#define TAKE(many, kernel)                                                                      \
  for (; m + many <= count; m += many)                                                          \
    kernel(rows + m * num_taps, num_taps, channels, matrix, outputs + m, start, columns, scale, \
           shift, function, slope);
    TAKE(6, six_rows)
    TAKE(4, four_rows)
    TAKE(2, two_rows)
    TAKE(1, one_row)
    matrix += num_taps * channels * BLOCK;
  }
}

/* The second half of a convolution to few channels: maps [H, W, k * k * C], one for each tap of
 * the kernel, shifted and added. */
EXPORT(shift_and_add)
void shift_and_add(const float *maps, float *out, int height, int width, int out_height,
                   int out_width, int kernel, int stride, int top, int left, int channels) {
  int per_point = kernel * kernel * channels;
  for (int y = 0; y < out_height; y++)
    for (int x = 0; x < out_width; x++) {
      float *to = out + (y * out_width + x) * channels;
      for (int c = 0; c < channels; c++) to[c] = 0.0f;
      for (int i = 0; i < kernel; i++) {
        int row = y * stride + i - top;
        if (row < 0 || row >= height) continue;
        for (int j = 0; j < kernel; j++) {
          int column = x * stride + j - left;
          if (column < 0 || column >= width) continue;
          const float *map = maps + (row * width + column) * per_point + (i * kernel + j) * channels;
          for (int c = 0; c < channels; c++) to[c] += map[c];
        }
      }
    }
}

/* f(scale * x + shift) for each channel of points [count, channels]. */
EXPORT(affine)
void affine(const float *from, float *to, int count, int channels, const float *scale,
            const float *shift, int function, float slope) {
  for (int point = 0; point < count; point++, from += channels, to += channels)
    for (int c = 0; c < channels; c += LANES) {
      int left = channels - c < LANES ? channels - c : LANES;
      v128_t x = load_some(from + c, left);
      x = wasm_f32x4_add(wasm_f32x4_mul(x, load_some(scale + c, left)), load_some(shift + c, left));
      store_some(to + c, activated(x, function, slope), left);
    }
}

EXPORT(activation)
void activation(const float *from, float *to, int count, int function, float slope) {
  for (int i = 0; i < count; i += LANES) {
    int left = count - i < LANES ? count - i : LANES;
    store_some(to + i, activated(load_some(from + i, left), function, slope), left);
  }
}

/* erf(x / sqrt 2): standard normal numbers become uniform on [-1, 1]. Absolute error 1.5e-7:
 * Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26. */
EXPORT(to_uniform)
void to_uniform(const float *from, float *to, int count) {
  for (int i = 0; i < count; i++) {
    double x = from[i] * 0.7071067811865476, size = x < 0 ? -x : x;
    double t = 1.0 / (1.0 + 0.3275911 * size);
    double p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    float power = wasm_f32x4_extract_lane(exponential(wasm_f32x4_splat((float)(-size * size))), 0);
    double erf = 1.0 - p * power;
    to[i] = (float)(x < 0 ? -erf : erf);
  }
}

/* Divides each point by the root mean square of its channels (Karras et al. 2018, section 4.2). */
EXPORT(pixel_norm)
void pixel_norm(const float *from, float *to, int count, int channels, float epsilon) {
  for (int point = 0; point < count; point++, from += channels, to += channels) {
    float sum = 0.0f;
    for (int c = 0; c < channels; c++) sum += from[c] * from[c];
    float by = 1.0f / __builtin_sqrtf(sum / (float)channels + epsilon);
    for (int c = 0; c < channels; c++) to[c] = from[c] * by;
  }
}

EXPORT(nearest)
void nearest(const float *from, float *to, int height, int width, int channels, int factor) {
  for (int y = 0; y < height * factor; y++)
    for (int x = 0; x < width * factor; x++) {
      const float *point = from + ((y / factor) * width + x / factor) * channels;
      for (int c = 0; c < channels; c++) *to++ = point[c];
    }
}

/* Half-pixel centres, edges held: as Keras and TensorFlow enlarge. */
EXPORT(bilinear)
void bilinear(const float *from, float *to, int height, int width, int channels, int factor) {
  for (int y = 0; y < height * factor; y++) {
    float v = ((float)y + 0.5f) / (float)factor - 0.5f;
    int top = (int)__builtin_floorf(v);
    float down = v - (float)top;
    int y0 = top < 0 ? 0 : top, y1 = top + 1 > height - 1 ? height - 1 : top + 1;
    for (int x = 0; x < width * factor; x++) {
      float u = ((float)x + 0.5f) / (float)factor - 0.5f;
      int first = (int)__builtin_floorf(u);
      float right = u - (float)first;
      int x0 = first < 0 ? 0 : first, x1 = first + 1 > width - 1 ? width - 1 : first + 1;
      for (int c = 0; c < channels; c++) {
        float upper = from[(y0 * width + x0) * channels + c] * (1.0f - right) + from[(y0 * width + x1) * channels + c] * right;
        float lower = from[(y1 * width + x0) * channels + c] * (1.0f - right) + from[(y1 * width + x1) * channels + c] * right;
        *to++ = upper * (1.0f - down) + lower * down;
      }
    }
  }
}

EXPORT(max_pool)
void max_pool(const float *from, float *to, int height, int width, int channels, int size) {
  for (int y = 0; y < height / size; y++)
    for (int x = 0; x < width / size; x++)
      for (int c = 0; c < channels; c++) {
        float most = from[(y * size * width + x * size) * channels + c];
        for (int i = 0; i < size; i++)
          for (int j = 0; j < size; j++) {
            float value = from[((y * size + i) * width + x * size + j) * channels + c];
            if (value > most) most = value;
          }
        *to++ = most;
      }
}

EXPORT(add)
void add(const float *one, const float *other, float *to, int count) {
  for (int i = 0; i < count; i++) to[i] = one[i] + other[i];
}

/* Channels `at` to `at + channels` of points that have `all` of them. */
EXPORT(place)
void place(const float *from, float *to, int count, int channels, int at, int all) {
  for (int point = 0; point < count; point++)
    for (int c = 0; c < channels; c++) to[point * all + at + c] = from[point * channels + c];
}

/* Pixels as stored bytes: rounded to even and clipped, as NumPy's rint and clip do. */
EXPORT(to_bytes)
void to_bytes(const float *from, uint8_t *to, int count, float scale, float shift) {
  for (int i = 0; i < count; i++) {
    float value = __builtin_rintf(from[i] * scale + shift);
    to[i] = (uint8_t)(value < 0.0f ? 0.0f : value > 255.0f ? 255.0f : value);
  }
}
