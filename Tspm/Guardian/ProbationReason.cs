using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// A pipe for the reason that a daemon on probation gives when it cannot start, for whoever asked for the upgrade.
/// </summary>
internal sealed unsafe class ProbationReason
{
    const int LongestReason = 1024;

    Descriptor _reader;
    string? _reason;

    /// <summary>The write end of a new pipe, to be closed after the spawn; not open when there is none.</summary>
    public Descriptor Open()
    {
        Close();
        _ = Descriptors.Pipe(out _reader, out var writer, Fcntl.O_NONBLOCK);
        return writer;
    }

    /// <summary>The last reason that a daemon has given; null: none has.</summary>
    public string? Read()
    {
        if (!_reader.IsOpen) return _reason;
        var buffer = stackalloc byte[LongestReason];
        var count = Unistd.read(_reader.Number, buffer, LongestReason);
        if (count <= 0) return _reason;
        var line = Encoding.UTF8.GetString(buffer, (int)count).TrimEnd('\n');
        // "failed N SENTENCE"
        var isReason = line.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal);
        if (isReason && line.Split(' ', 3) is [_, _, var sentence]) _reason = sentence;
        return _reason;
    }

    public void Close() => _reader.Dispose();
}
