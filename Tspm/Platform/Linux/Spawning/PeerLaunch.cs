using System.Globalization;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Reads what a child of another process would inherit, as far as /proc shows it. This serves clients that do not send
/// their launch context (an older tspm, socat, another language).
/// </summary>
internal static class PeerLaunch
{
    const string UmaskKey = "Umask:", LimitKey = "Max ";

    /// <summary>
    /// The columns of /proc/PID/limits: a name of 25 characters and a space, the soft limit of 20 characters and a
    /// space, and the hard limit.
    /// </summary>
    const int SoftColumn = 26, HardColumn = 47;

    /// <returns>Null if the process is gone or hidden.</returns>
    public static LaunchContext? Read(int pid)
    {
        if (pid <= 0 || ReadText(pid, "status") is not { } status || ReadText(pid, "limits") is not { } limits)
            return null;
        if (UmaskOf(status) is not { } umask) return null;
        var nice = SysResource.getpriority(SysResource.PRIO_PROCESS, (uint)pid);
        return OwnLaunch
            .From(umask, nice, LimitsOf(limits, SoftColumn), ThreadValues.ReadCpus(pid), SysSyscall.ioprio_get(pid));
    }

    /// <summary>Reads the hard limits, by kernel number; null if the process is gone or hidden.</summary>
    public static ulong?[]? ReadHardLimits(int pid) =>
        ReadText(pid, "limits") is { } text ? LimitsOf(text, HardColumn) : null;

    /// <summary>The umask in the text of /proc/PID/status (since Linux 4.7); null if it is missing.</summary>
    public static uint? UmaskOf(string status)
    {
        foreach (var line in status.Split('\n'))
            if (line.StartsWith(UmaskKey, StringComparison.Ordinal))
                return LaunchContext.ParseOctal(line[UmaskKey.Length..].Trim());
        return null;
    }

    /// <summary>
    /// The soft limits in the text of /proc/PID/limits, which has a heading and then one line for each limit in the
    /// order of their kernel numbers.
    /// </summary>
    public static ulong?[] SoftLimitsOf(string text) => LimitsOf(text, SoftColumn);

    static ulong?[] LimitsOf(string text, int column)
    {
        var limits = new ulong?[SoftLimits.Names.Length];
        var lines = text.Split('\n');
        for (var resource = 0; resource < limits.Length && resource + 1 < lines.Length; resource++)
        {
            var line = lines[resource + 1];
            if (!line.StartsWith(LimitKey, StringComparison.Ordinal) || line.Length <= column) continue;
            var word = line[column..].Split(' ', 2)[0];
            if (word == SoftLimits.Text(SoftLimits.Unlimited)) limits[resource] = SoftLimits.Unlimited;
            else if (ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                limits[resource] = value;
        }
        return limits;
    }

    static string? ReadText(int pid, string name)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
