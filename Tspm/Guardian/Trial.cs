using System.Globalization;
using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Model;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>
/// A new version on trial: until its daemon has answered once, the guardian keeps the former executable, and goes back to it when the daemon dies again and again, says that it cannot
/// start, or does neither in time. A pipe takes the reason that the daemon gives, for the one who asked for the upgrade.
/// </summary>
internal sealed unsafe class Trial(int former)
{
    /// <summary>One death can be an accident of the machine, three in a row are the version's.</summary>
    const int MostDeaths = 3;

    /// <summary>Loading a thousand processes takes a second on a slow machine.</summary>
    const long PatienceMs = 20_000;

    const int LongestReason = 1024;

    readonly long _until = Environment.TickCount64 + PatienceMs;
    int _deaths;
    int _reasonReader = -1;
    string? _reason;

    /// <summary>The executable to go back to.</summary>
    public int Former => former;

    /// <summary>Milliseconds that are left.</summary>
    public int LeftMs => (int)Math.Max(0, _until - Environment.TickCount64);

    /// <summary>The write end of a new pipe for the reason, to be closed after the spawn; -1 when there is none.</summary>
    public int OpenReasonPipe()
    {
        CloseReader();
        var ends = stackalloc int[2];
        if (Unistd.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK) != 0) return -1;
        _reasonReader = ends[0];
        return ends[1];
    }

    /// <summary>The daemon ended before it answered. The sentence when the trial is over, null for another try.</summary>
    public string? Died(int waitStatus)
    {
        ReadReason();
        var status = ExitStatus.FromWaitStatus(waitStatus);
        var overdue = LeftMs == 0;
        if (++_deaths < MostDeaths && status.Code != DaemonExit.CannotStart && !overdue) return null;
        var times = overdue ? string.Create(CultureInfo.InvariantCulture, $"did not answer within {PatienceMs / 1000} s")
            : _deaths == 1 ? "ended before it answered" : string.Create(CultureInfo.InvariantCulture, $"ended {_deaths} times before it answered");
        return $"its daemon {times} ({_reason ?? status.ToString()})";
    }

    /// <summary>The daemon answers: there is no way back any more, and none is needed.</summary>
    public void Passed()
    {
        CloseReader();
        _ = Unistd.close(former);
    }

    void ReadReason()
    {
        if (_reasonReader < 0) return;
        var buffer = stackalloc byte[LongestReason];
        var count = Unistd.read(_reasonReader, buffer, LongestReason);
        if (count <= 0) return;
        var line = Encoding.UTF8.GetString(buffer, (int)count).TrimEnd('\n');
        // "failed N SENTENCE"
        if (line.StartsWith(ReadyPipe.FailedPrefix, StringComparison.Ordinal) && line.Split(' ', 3) is [_, _, var sentence]) _reason = sentence;
    }

    void CloseReader()
    {
        if (_reasonReader >= 0) _ = Unistd.close(_reasonReader);
        _reasonReader = -1;
    }
}
