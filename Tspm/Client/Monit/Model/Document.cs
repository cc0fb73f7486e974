using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Model;

/// <summary>A text in the pane: lines, and which of them is at the top.</summary>
internal sealed class Document
{
    /// <summary>The lines; empty while they are being read.</summary>
    public IReadOnlyList<StyledText> Lines { get; private set; } = [];

    /// <summary>Whether the text has been read at least once.</summary>
    public bool IsRead { get; private set; }

    /// <summary>The first visible row.</summary>
    public int Top { get; private set; }

    /// <summary>Takes a new text. The place stays.</summary>
    public void Update(IReadOnlyList<StyledText> lines) => (Lines, IsRead) = (lines, true);

    /// <summary>Scrolls by rows.</summary>
    /// <param name="rows">A negative number goes up.</param>
    /// <param name="count">The number of rows of the whole text.</param>
    /// <param name="height">The number of visible rows.</param>
    public void Scroll(int rows, int count, int height) =>
        Top = Math.Clamp(Top + rows, 0, Math.Max(0, count - height));
}
