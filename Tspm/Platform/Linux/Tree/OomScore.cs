using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The score by which the kernel chooses processes to kill when memory runs out (man 5 proc, oom_score_adj). Guardian
/// and daemon lower theirs if permitted (root, or CAP_SYS_RESOURCE), because they keep everything else running.
/// Children get the score that the guardian was started with.
/// </summary>
internal static unsafe class OomScore
{
    /// <summary>A low score, but not -1000 (never): a daemon that uses up all memory must be killed.</summary>
    public const int OfSupervision = -900;

    const string Path = "/proc/self/oom_score_adj";

    /// <summary>
    /// Lowers the score of this process.
    /// </summary>
    /// <returns>The earlier score; null if it was not changed, because that is not permitted or it is low already.
    /// </returns>
    public static int? Lower() =>
        Read() is { } before && before > OfSupervision && Set(OfSupervision) == 0 ? before : null;

    /// <summary>Sets the score of this process; returns 0 or the error number.</summary>
    public static int Set(int score)
    {
        using var file = Descriptors.Open(Path, Fcntl.O_WRONLY);
        if (!file.IsOpen) return Errno.Last;
        var text = Encoding.ASCII.GetBytes(score.ToString(CultureInfo.InvariantCulture));
        nint written;
        fixed (byte* raw = text) written = Unistd.write(file.Number, raw, (nuint)text.Length);
        return written == text.Length ? 0 : Errno.Last;
    }

    static int? Read()
    {
        using var file = Descriptors.Open(Path, Fcntl.O_RDONLY);
        if (!file.IsOpen) return null;
        var buffer = stackalloc byte[16];
        var length = Unistd.read(file.Number, buffer, 16);
        return length > 0
            && int.TryParse(Encoding.ASCII.GetString(buffer, (int)length).AsSpan().Trim(), CultureInfo.InvariantCulture,
                out var score) ? score : null;
    }
}
