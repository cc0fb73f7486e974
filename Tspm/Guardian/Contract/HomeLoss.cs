using Tspm.Storage;

namespace Tspm.Guardian.Contract;

/// <summary>How guardian and daemon report a home that was removed or moved, in the same words.</summary>
internal static class HomeLoss
{
    /// <summary>For status, and for the event log.</summary>
    public static string Sentence(TspmHome home, DateTimeOffset at) =>
        $"the home {home.Path} or a part of it was removed or moved while the daemon ran, and was made again at "
        + $"{at:yyyy-MM-dd HH:mm:ss}Z: what was in it, such as earlier logs, events and settings.json, is lost or lies "
        + "where it was moved to; no process was stopped or started for it";
}
