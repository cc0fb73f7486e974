using System.Globalization;

namespace Tspm.Model.Config;

/// <summary>
/// An I/O priority (man 2 ioprio_set). As text: <c>realtime:N</c> or <c>best-effort:N</c> with N from 0 to 7, or
/// <c>idle</c>. As a number: class and level in one, as the kernel takes them.
/// </summary>
internal static class IoPriority
{
    /// <summary>No priority was set; the kernel derives one from the nice value.</summary>
    public const int None = 0;

    const int ClassShift = 13, Levels = 8, RealTimeClass = 1, BestEffortClass = 2, IdleClass = 3;

    const string RealTimeWord = "realtime:", BestEffortWord = "best-effort:", IdleWord = "idle";

    /// <summary>Reads a priority.</summary>
    /// <returns>The number for the kernel, or null if the text is not an I/O priority.</returns>
    public static int? Parse(string text)
    {
        if (text == IdleWord) return IdleClass << ClassShift;
        if (text.StartsWith(RealTimeWord, StringComparison.Ordinal))
            return Combine(RealTimeClass, text.AsSpan(RealTimeWord.Length));
        return text.StartsWith(BestEffortWord, StringComparison.Ordinal)
            ? Combine(BestEffortClass, text.AsSpan(BestEffortWord.Length))
            : null;
    }

    /// <summary>Writes a priority.</summary>
    /// <returns>
    /// Null if none was set, or if the priority is the one that follows from the nice value: some kernels report that
    /// one when none was set.
    /// </returns>
    public static string? Format(int priority, int nice)
    {
        var level = (priority & ((1 << ClassShift) - 1)) % Levels;
        return (priority >> ClassShift) switch
        {
            RealTimeClass => string.Create(CultureInfo.InvariantCulture, $"{RealTimeWord}{level}"),
            BestEffortClass when level != (nice + 20) / 5 =>
                string.Create(CultureInfo.InvariantCulture, $"{BestEffortWord}{level}"),
            IdleClass => IdleWord,
            _ => null,
        };
    }

    static int? Combine(int ioClass, ReadOnlySpan<char> level) =>
        level.Length == 1 && level[0] is >= '0' and <= '7' ? (ioClass << ClassShift) | (level[0] - '0') : null;
}
