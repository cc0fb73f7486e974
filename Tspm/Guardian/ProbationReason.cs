using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>
/// A pipe for the reason that a daemon on probation gives when it cannot start, for whoever asked for the upgrade.
/// </summary>
internal sealed unsafe class ProbationReason
{
    const int LongestReason = 1024;

    int _reader = -1;
    string? _reason;

    /// <summary>The write end of a new pipe, to be closed after the spawn; -1 when there is none.</summary>
    public int Open()
    {
        Close();
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK) != 0) return -1;
        _reader = ends[0];
        return ends[1];
    }

    /// <summary>The last reason that a daemon has given; null: none has.</summary>
    public string? Read()
    {
        if (_reader < 0) return _reason;
        var buffer = stackalloc byte[LongestReason];
        var count = Unistd.read(_reader, buffer, LongestReason);
        if (count <= 0) return _reason;
        var line = Encoding.UTF8.GetString(buffer, (int)count).TrimEnd('\n');
        // "failed N SENTENCE"
        var isReason = line.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal);
        if (isReason && line.Split(' ', 3) is [_, _, var sentence]) _reason = sentence;
        return _reason;
    }

    public void Close()
    {
        if (_reader >= 0) _ = Unistd.close(_reader);
        _reader = -1;
    }
}
