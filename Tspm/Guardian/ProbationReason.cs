using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// A pipe on which a daemon on probation reports why it cannot start; the requester of the upgrade gets this reason.
/// </summary>
internal sealed unsafe class ProbationReason
{
    const int MaxReasonBytes = 1024;

    Descriptor _reader;
    string? _reason;

    /// <summary>Creates a new pipe.</summary>
    /// <returns>The write end, to be closed after the spawn; not open if no pipe can be created.</returns>
    public Descriptor Open()
    {
        Close();
        _ = Descriptors.Pipe(out _reader, out var writer, Fcntl.O_NONBLOCK);
        return writer;
    }

    /// <summary>The last reason that a daemon has reported; null: none has.</summary>
    public string? Read()
    {
        if (!_reader.IsOpen) return _reason;
        var buffer = stackalloc byte[MaxReasonBytes];
        var count = Unistd.read(_reader.Number, buffer, MaxReasonBytes);
        if (count <= 0) return _reason;
        var line = Encoding.UTF8.GetString(buffer, (int)count).TrimEnd('\n');
        // "failed N SENTENCE"
        var isReason = line.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal);
        if (isReason && line.Split(' ', 3) is [_, _, var sentence]) _reason = sentence;
        return _reason;
    }

    /// <summary>Closes the pipe; the last reason is kept.</summary>
    public void Close() => _reader.Dispose();
}
