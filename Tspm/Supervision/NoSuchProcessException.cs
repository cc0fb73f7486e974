using Tspm.Model.Selecting;

namespace Tspm.Supervision;

/// <summary>A selector matches no process, and nothing was changed. The message is shown to the user.</summary>
internal sealed class NoSuchProcessException(string message) : Exception(message)
{
    /// <summary>See <see cref="SelectorResult.IsInvalid"/>.</summary>
    public bool IsInvalid { get; init; }
}
