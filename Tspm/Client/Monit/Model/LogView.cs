namespace Tspm.Client.Monit.Model;

/// <summary>
/// How a <see cref="LogBuffer"/> is shown: which lines, and which of them is the last on the screen. While it follows,
/// that is the newest one; scrolling up pauses it.
/// </summary>
internal sealed class LogView(LogBuffer buffer, LogSettings settings)
{
    readonly List<LogRecord> _shown = [];
    int _version = -1, _settingsVersion, _taken;

    public LogBuffer Buffer => buffer;

    public LogSettings Settings => settings;

    /// <summary>The number of the last visible line; null while the view follows.</summary>
    public long? Bottom
    {
        get;
        private set => (field, buffer.IsPinned) = (value, value is not null);
    }

    public bool Follows => Bottom is null;

    /// <summary>The number of the first selected line; null if lines are not being selected.</summary>
    public long? SelectionStart { get; private set; }

    /// <summary>The lines to show, the oldest first.</summary>
    public IReadOnlyList<LogRecord> Shown
    {
        get
        {
            Refresh();
            return _shown;
        }
    }

    /// <summary>The index in <see cref="Shown"/> of the last visible line; -1 if there are none.</summary>
    public int BottomIndex
    {
        get
        {
            var shown = Shown;
            return Bottom is { } number ? IndexAtOrBefore(number) : shown.Count - 1;
        }
    }

    /// <summary>How many lines have come since the view was paused.</summary>
    public int NewLines => Follows ? 0 : Shown.Count - 1 - BottomIndex;

    /// <summary>Scrolls by lines; a negative number goes to older ones. At the newest line, the view follows.</summary>
    /// <param name="lines">The number of lines.</param>
    /// <param name="height">The visible lines, so that the oldest line stays at the top.</param>
    /// <returns>False if the oldest line is already visible.</returns>
    public bool Scroll(int lines, int height)
    {
        var shown = Shown;
        var least = Math.Min(height, shown.Count) - 1;
        var wanted = BottomIndex + lines;
        var index = Math.Max(wanted, least);
        if (index >= shown.Count - 1 && lines > 0) Follow();
        else if (index >= 0 && index < shown.Count && (lines < 0 && index < shown.Count - 1 || !Follows))
            Bottom = shown[index].Number;
        return wanted >= least;
    }

    public void Follow() => (Bottom, SelectionStart) = (null, null);

    /// <summary>Stops the view where it is, or lets it follow again.</summary>
    public void ToggleFollow()
    {
        if (!Follows || Shown.Count == 0) Follow();
        else Bottom = Shown[^1].Number;
    }

    /// <summary>Shows the oldest line that is here.</summary>
    public void GoToOldest(int height) => Scroll(-Shown.Count, height);

    /// <summary>Shows the first line of this time or later.</summary>
    /// <returns>False if all lines are older.</returns>
    public bool GoTo(DateTimeOffset time, int height)
    {
        for (var i = 0; i < Shown.Count; i++)
        {
            if (!(Shown[i].Time >= time)) continue;
            ShowInMiddle(i, height);
            return true;
        }
        return false;
    }

    /// <summary>Goes to the next or the previous line that matches the search.</summary>
    /// <returns>False if there is none in this direction.</returns>
    public bool GoToMatch(bool isBackward, int height) =>
        settings.Search is { } search && Find(record => search.Matches(record.Text.Text), isBackward, height);

    /// <summary>Goes to the next or the previous event.</summary>
    /// <returns>False if there is none in this direction.</returns>
    public bool GoToEvent(bool isBackward, int height) =>
        Find(static record => record.Kind == LogRecordKind.Event, isBackward, height);

    /// <summary>The number of the line that a search has found; null if none has.</summary>
    public long? Found { get; private set; }

    /// <summary>Starts a search anew from what is visible.</summary>
    public void ForgetFound() => Found = null;

    /// <summary>Begins to select lines at the last visible one, or ends the selection.</summary>
    public void ToggleSelection()
    {
        if (SelectionStart is not null || Shown.Count == 0)
        {
            SelectionStart = null;
            return;
        }
        Bottom ??= Shown[^1].Number;
        SelectionStart = Bottom;
    }

    /// <summary>Whether a line is selected.</summary>
    public bool IsSelected(LogRecord record) => SelectionStart is { } start && Bottom is { } end
        && record.Number >= Math.Min(start, end) && record.Number <= Math.Max(start, end);

    bool Find(Predicate<LogRecord> isWanted, bool isBackward, int height)
    {
        var shown = Shown;
        var from = Found is { } found ? IndexAtOrBefore(found) : BottomIndex + (isBackward ? 1 : -height);
        var step = isBackward ? -1 : 1;
        for (var i = from + step; i >= 0 && i < shown.Count; i += step)
        {
            if (!isWanted(shown[i])) continue;
            Found = shown[i].Number;
            ShowInMiddle(i, height);
            return true;
        }
        return false;
    }

    void ShowInMiddle(int index, int height)
    {
        var bottom = Math.Min(Math.Max(index + height / 2, Math.Min(height, Shown.Count) - 1), Shown.Count - 1);
        Bottom = Shown[bottom].Number;
    }

    /// <summary>The index of the line with this number, or of the last one before it; -1 if there is none.</summary>
    int IndexAtOrBefore(long number)
    {
        var (low, high) = (0, _shown.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_shown[middle].Number <= number) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /// <summary>Takes the new lines of the buffer, or all lines if older ones have changed.</summary>
    void Refresh()
    {
        if (_version != buffer.Version || _settingsVersion != settings.Version)
        {
            _shown.Clear();
            (_version, _settingsVersion, _taken) = (buffer.Version, settings.Version, 0);
        }
        for (; _taken < buffer.Records.Count; _taken++)
        {
            var record = buffer.Records[_taken];
            if (settings.Shows(record)) _shown.Add(record);
        }
    }
}
