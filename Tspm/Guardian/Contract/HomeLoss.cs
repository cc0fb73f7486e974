using Tspm.Storage;

namespace Tspm.Guardian.Contract;

/// <summary>The one message with which guardian and daemon report a home that was removed or moved.</summary>
internal static class HomeLoss
{
    /// <summary>The sentence for <c>tspm status</c> and for the event log.</summary>
    public static string Sentence(TspmHome home, DateTimeOffset at) =>
        $"the home {home.Path} or part of it was removed or moved while the daemon was running, and was recreated at "
        + $"{at:yyyy-MM-dd HH:mm:ss}Z: its earlier contents, such as logs, events and settings.json, are lost or are "
        + "where it was moved to; no process was stopped or started because of this";
}
