using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>
/// The settings that a process inherits from the shell that defined it, apart from environment and working directory
/// (man 7 credentials and man 2 execve list them). They are kept with the definition, so that the program sees the same
/// values no matter who started the daemon. Null means the default: umask 022, nice 0, the limits that the guardian was
/// started with, all processors, no I/O priority. All members are texts or numbers, so that records with equal settings
/// compare as equal.
/// </summary>
internal sealed record LaunchContext
{
    /// <summary>The umask of a definition that has none, as text and as a number.</summary>
    public const string DefaultUmask = "022";

    public const uint DefaultUmaskBits = 0x12;

    /// <summary>Octal, like the <c>umask</c> of a config.</summary>
    public string? Umask { get; init; }

    /// <summary>-20 to 19.</summary>
    public int? Nice { get; init; }

    /// <summary>Soft limits; see <see cref="SoftLimits"/>.</summary>
    public string? Limits { get; init; }

    /// <summary>The processors that the process may run on; see <see cref="CpuList"/>.</summary>
    public string? Cpus { get; init; }

    /// <summary>See <see cref="IoPriority"/>.</summary>
    public string? IoPriority { get; init; }

    /// <summary>Finds the first member that is not valid.</summary>
    /// <returns>Its name in JSON and what it must be, or null if all members are valid.</returns>
    public (string Part, string Expected)? Problem() => this switch
    {
        { Umask: { } mask } when ParseOctal(mask) is null => ("umask", "an octal number from 0 to 0777, as text"),
        { Nice: < -20 or > 19 } => ("nice", "a number from -20 to 19"),
        { Limits: { } limits } when SoftLimits.Parse(limits) is null =>
            ("limits", "NAME=VALUE with spaces between them, such as \"core=0 nofile=1024 fsize=unlimited\""),
        { Cpus: { } cpus } when CpuList.Parse(cpus) is null => ("cpus", "a list of processors, such as \"0-3,8\""),
        { IoPriority: { } priority } when Tspm.Model.Config.IoPriority.Parse(priority) is null =>
            ("ioPriority", "\"idle\", or \"best-effort:N\" or \"realtime:N\" with N from 0 to 7"),
        _ => null,
    };

    /// <summary>Reads an octal mask.</summary>
    /// <returns>Null if the text is not octal or is above 0777.</returns>
    public static uint? ParseOctal(string text)
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
