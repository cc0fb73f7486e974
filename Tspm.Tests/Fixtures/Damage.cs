using System.Text;
using CsCheck;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// What may happen to bytes between being written and being read: bits flip, parts are missing, come twice or in
/// another order, and other programs and people put things in. The cases are the same in every run, so that a run is
/// red because of a change and not by chance. To look for faults: TSPM_FUZZ=100 makes a hundred times as many cases,
/// and TSPM_FUZZ_SEED begins with another one; a failure prints the seed that replays it.
/// </summary>
internal static class Damage
{
    /// <summary>No reader needs more memory for a few kilobytes.</summary>
    const long MaxAllocatedBytes = 256 << 20;

    const int LongestBytes = 128 << 10;

    static readonly int s_times = int.TryParse(Environment.GetEnvironmentVariable("TSPM_FUZZ"), out var times)
        ? times
        : 1;

    static readonly string s_seed = Environment.GetEnvironmentVariable("TSPM_FUZZ_SEED") ?? "0000000000001";

    static readonly string[] s_numbers =
    [
        "0", "-1", "1e999", "-1e999", "0.5", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "99999999999999999999", "007", "+1",
        new('9', 400),
    ];

    static readonly string[] s_tokens =
    [
        "null", "true", "\"\"", "[]", "{}", "\"\\ud800\"", "\\ud800", "\\u0000", "\"x\":", "\"format\":2,", "\0",
        "\ufeff", "\r\n", "\n\n", "\t", " ", "\"", "'", "`", "\\", "#", ";", "//", "/*", "*/", ":", "=", ",", "- ",
        "[", "]", "{", "}", "%(x)s", "%(here)s", "%%", "%", "${A}", "${", "$(x)", "&a ", "*a", "<<: *a\n", "!!x ", "|",
        ">", "---\n", "[[processes]]\n", "[a]\n", "a.b.c = 1\n", "[program:x]\n", "end\n", "~", "/",
        "..", "\ud83d\ude00",
    ];

    static readonly byte[][] s_invalid = [[0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]];

    static readonly (string Open, string Close)[] s_nests =
        [("[", "]"), ("{\"a\":", "}"), ("{a=", "}"), ("- ", ""), ("\"", "\""), ("(", ")"), ("a.", "b = 1\n")];

    /// <summary>Damaged copies of these samples; one in a few dozen is left as it is.</summary>
    public static Gen<byte[]> Of(IReadOnlyList<byte[]> samples) =>
        Gen.Select(Gen.Int[0, samples.Count - 1],
            Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1_000_000], Gen.Byte).Array[0, 5], (sample, changes) =>
        {
            var bytes = new List<byte>(samples[sample]);
            foreach (var (kind, place, value) in changes)
                if (bytes.Count is > 0 and < LongestBytes) Change(bytes, kind, place % bytes.Count, value);
            return bytes.ToArray();
        });

    /// <summary>
    /// Has many damaged copies of these samples read. Whatever <paramref name="read"/> throws is a failure, and so is
    /// memory without bound.
    /// </summary>
    public static void Check(
        IReadOnlyList<byte[]> samples, int cases, Action<byte[]> read, CancellationToken cancellation) =>
        Check(Of(samples), cases, read, cancellation, Show);

    /// <summary>The same for cases of another kind.</summary>
    public static void Check<T>(
        Gen<T> gen, int cases, Action<T> read, CancellationToken cancellation, Func<T, string>? show = null)
    {
        var random = PCG.Parse(s_seed);
        for (var i = 0; i < cases * s_times; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var seed = random.ToString();
            var one = gen.Generate(random, null, out _);
            try
            {
                Read(one, read);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"TSPM_FUZZ_SEED={seed}: {e.Message}\n{show?.Invoke(one)}", e);
            }
        }
    }

    static void Read<T>(T one, Action<T> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        read(one);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MaxAllocatedBytes) throw new InvalidOperationException($"allocated {allocated} bytes");
    }

    static string Show(byte[] bytes) => $"{Encoding.UTF8.GetString(bytes)}\n{Convert.ToBase64String(bytes)}";

    static void Change(List<byte> bytes, int kind, int at, byte value)
    {
        switch (kind)
        {
            case 0: bytes[at] = value; break;
            case 1: bytes[at] ^= (byte)(1 << (value % 8)); break;
            case 2: bytes.RemoveRange(at, Math.Min(value, bytes.Count - at)); break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4: Repeat(bytes, at, value, 1); break;
            case 5: Repeat(bytes, at, value % 16, 50 + value * 4); break;
            case 6: bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_tokens[value % s_tokens.Length])); break;
            case 7: bytes.InsertRange(at, s_invalid[value % s_invalid.Length]); break;
            case 8 or 9: ReplaceNumber(bytes, at, s_numbers[value % s_numbers.Length]); break;
            case 10: Swap(bytes, at, value % 2 == 0 ? (byte)'\n' : (byte)','); break;
            default: Nest(bytes, at, value); break;
        }
    }

    static void Repeat(List<byte> bytes, int at, int length, int times)
    {
        var piece = bytes.GetRange(at, Math.Min(length, bytes.Count - at));
        bytes.InsertRange(at, Enumerable.Repeat(piece, times).SelectMany(static part => part).ToArray());
    }

    static void ReplaceNumber(List<byte> bytes, int at, string number)
    {
        var start = bytes.FindIndex(at, static one => char.IsAsciiDigit((char)one));
        if (start < 0) return;
        var end = bytes.FindIndex(start, static one => !char.IsAsciiDigit((char)one));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(number));
    }

    /// <summary>The field or line here changes places with the next one.</summary>
    static void Swap(List<byte> bytes, int at, byte separator)
    {
        var first = bytes.IndexOf(separator, at);
        var second = first < 0 ? -1 : bytes.IndexOf(separator, first + 1);
        if (second < 0) return;
        var start = bytes.LastIndexOf(separator, at) + 1;
        if (start > first) return;
        var field = bytes.GetRange(start, first - start);
        var next = bytes.GetRange(first + 1, second - first - 1);
        bytes.RemoveRange(start, second - start);
        bytes.InsertRange(start, [.. next, separator, .. field]);
    }

    static void Nest(List<byte> bytes, int at, byte value)
    {
        var (open, close) = s_nests[value % s_nests.Length];
        var depth = value < 128 ? 10 + value : 3000;
        var text = string.Concat(Enumerable.Repeat(open, depth)) + "1"
            + string.Concat(Enumerable.Repeat(close, value % 3 == 0 ? 0 : depth));
        bytes.InsertRange(at, Encoding.UTF8.GetBytes(text));
    }
}
