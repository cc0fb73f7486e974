namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The path of this executable that exec can always use: the kernel's link to the running image (man 5 proc:
/// /proc/pid/exe). Even after the file was replaced or removed, it leads to the same version: an upgrade happens when
/// somebody requests it, and not when something crashes.
/// </summary>
internal static class SelfPath
{
    public const string Value = "/proc/self/exe";
}
