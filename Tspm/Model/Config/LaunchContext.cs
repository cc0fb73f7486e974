using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>
/// What a process inherits from the shell that defined it, apart from environment and folder (man 7 credentials and man
/// 2 execve list it). It is kept with the definition, so that the program
/// sees the same values whoever happened to start the daemon. What is null is the default: umask 022, nice 0, the
/// limits that the guardian was started with, all processors, no I/O priority.
/// The parts are texts and numbers so that equal ones compare as equal.
/// </summary>
internal sealed record LaunchContext
{
    /// <summary>What a definition without a value gets, as text and as number.</summary>
    public const string DefaultUmask = "022";

    public const uint DefaultUmaskBits = 0x12;

    /// <summary>Octal, as in the config's <c>umask</c>.</summary>
    public string? Umask { get; init; }

    /// <summary>-20 to 19.</summary>
    public int? Nice { get; init; }

    /// <summary>Soft limits, see <see cref="SoftLimits"/>.</summary>
    public string? Limits { get; init; }

    /// <summary>Processors that it may run on, see <see cref="CpuList"/>.</summary>
    public string? Cpus { get; init; }

    /// <summary>See <see cref="IoPriority"/>.</summary>
    public string? IoPriority { get; init; }

    /// <summary>The first part that cannot be used: its name in JSON and what it should be. Null: all can.</summary>
    public (string Part, string Expected)? Problem() => this switch
    {
        { Umask: { } mask } when TryOctal(mask) is null => ("umask", "an octal number from 0 to 0777, as text"),
        { Nice: < -20 or > 19 } => ("nice", "a number from -20 to 19"),
        { Limits: { } limits } when SoftLimits.Parse(limits) is null =>
            ("limits", "NAME=VALUE with spaces between them, such as \"core=0 nofile=1024 fsize=unlimited\""),
        { Cpus: { } cpus } when CpuList.Parse(cpus) is null => ("cpus", "a list of processors, such as \"0-3,8\""),
        { IoPriority: { } priority } when Tspm.Model.Config.IoPriority.Parse(priority) is null =>
            ("ioPriority", "\"idle\", or \"best-effort:N\" or \"realtime:N\" with N from 0 to 7"),
        _ => null,
    };

    /// <summary>An octal mask; null: it is not one, or above 0777.</summary>
    public static uint? TryOctal(string text)
    {
        if (text.Length is 0 or > 5) return null;
        uint value = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7') return null;
            value = (value << 3) | (uint)(digit - '0');
        }
        return value <= 0x1FF ? value : null;
    }
}
