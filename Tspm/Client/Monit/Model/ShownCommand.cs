namespace Tspm.Client.Monit.Model;

/// <summary>A command that was run from the screen, as a user would type it, and its result.</summary>
/// <param name="line">Such as <c>tspm restart web</c>.</param>
internal sealed class ShownCommand(string line)
{
    public string Line => line;

    /// <summary>The last line of its output; null while it runs.</summary>
    public string? Result { get; private set; }

    public bool HasFailed { get; private set; }

    public void End(string result, bool hasFailed) => (Result, HasFailed) = (result, hasFailed);
}
