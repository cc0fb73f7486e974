using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// How early the kernel kills a process when memory runs out (man 5 proc, oom_score_adj). Guardian and daemon lower
/// theirs where they may (root, or CAP_SYS_RESOURCE): the one who keeps everybody running should not be the first to
/// go. Children are started with the score that the guardian was started with.
/// </summary>
internal static unsafe class OomScore
{
    /// <summary>Late, and not never: a daemon that eats all memory must be found.</summary>
    public const int OfSupervision = -900;

    const string Path = "/proc/self/oom_score_adj";

    /// <summary>
    /// Lowers the score of this process. The score before; null: it was not changed, because it may not be or is low
    /// already.
    /// </summary>
    public static int? Lower() =>
        Read() is { } before && before > OfSupervision && Set(OfSupervision) == 0 ? before : null;

    /// <summary>0, or the error number.</summary>
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
