using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>Asks for facts about one run, or about the run that would be started now.</summary>
internal sealed record FactsRequest
{
    /// <summary>The facts that are already known, with the salt for the hashes of the environment.</summary>
    public required RunFacts Known { get; init; }

    /// <summary>argv. The first argument is searched in the PATH of the environment if it has no slash.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Returns the environment of the child; null if not known. May read files.</summary>
    public required Func<IReadOnlyDictionary<string, string>?> Environment { get; init; }
}

/// <summary>
/// Reads facts in the background. A file system that does not answer blocks only the reader; requests in the meantime
/// are refused.
/// </summary>
internal interface IFactsReader
{
    /// <summary>
    /// Begins to read, within one time budget for all requests, and calls back with the result on another thread.
    /// </summary>
    /// <returns>
    /// False if the request is refused, because the queue is full or the file system of an earlier request does not
    /// answer.
    /// </returns>
    bool TryRead(IReadOnlyList<FactsRequest> requests, Action<IReadOnlyList<RunFacts>> done);
}
