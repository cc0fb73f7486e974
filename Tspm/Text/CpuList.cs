using System.Globalization;
using System.Numerics;
using System.Text;

namespace Tspm.Text;

/// <summary>
/// A set of processors: as the text that the kernel uses, <c>0-3,8</c> (man 7 cpuset, list format), and as the bit mask
/// that sched_setaffinity takes.
/// </summary>
internal static class CpuList
{
    /// <summary>
    /// Mask size in 64-bit words: room for 4096 processors. Kernels can be built for up to 8192, but such machines are
    /// rare.
    /// </summary>
    public const int Words = 64;

    const int MaxCpus = Words * 64;

    /// <summary>Reads a processor list.</summary>
    /// <returns>The bit mask, or null if the text is empty or not a processor list.</returns>
    public static ulong[]? Parse(string text)
    {
        var mask = new ulong[Words];
        foreach (var range in text.Split(','))
        {
            var dash = range.IndexOf('-');
            if (!TryNumber(dash < 0 ? range : range.AsSpan(0, dash), out var first)) return null;
            var last = first;
            if (dash >= 0 && (!TryNumber(range.AsSpan(dash + 1), out last) || last < first)) return null;
            for (var cpu = first; cpu <= last; cpu++) mask[cpu / 64] |= 1UL << (cpu % 64);
        }
        return mask;
    }

    /// <summary>Writes a bit mask as a processor list; an empty mask gives an empty text.</summary>
    public static string Format(ReadOnlySpan<ulong> mask)
    {
        var text = new StringBuilder();
        for (var cpu = FirstFrom(mask, 0); cpu >= 0;)
        {
            var last = cpu;
            while (Contains(mask, last + 1)) last++;
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{cpu}");
            if (last > cpu) text.Append(CultureInfo.InvariantCulture, $"-{last}");
            cpu = FirstFrom(mask, last + 1);
        }
        return text.ToString();
    }

    /// <summary>Whether every processor of <paramref name="inner"/> is also in <paramref name="outer"/>.</summary>
    public static bool Covers(ReadOnlySpan<ulong> outer, ReadOnlySpan<ulong> inner)
    {
        for (var word = 0; word < inner.Length; word++)
            if ((inner[word] & ~outer[word]) != 0) return false;
        return true;
    }

    static bool Contains(ReadOnlySpan<ulong> mask, int cpu) =>
        cpu < mask.Length * 64 && (mask[cpu / 64] & (1UL << (cpu % 64))) != 0;

    /// <summary>The first processor in the mask that is not below <paramref name="from"/>, or -1.</summary>
    static int FirstFrom(ReadOnlySpan<ulong> mask, int from)
    {
        for (var word = from / 64; word < mask.Length; word++)
        {
            var bits = word == from / 64 ? mask[word] & (ulong.MaxValue << (from % 64)) : mask[word];
            if (bits != 0) return word * 64 + BitOperations.TrailingZeroCount(bits);
        }
        return -1;
    }

    static bool TryNumber(ReadOnlySpan<char> text, out int cpu) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cpu) && cpu < MaxCpus;
}
