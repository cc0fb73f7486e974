namespace Tspm.Config.Import;

/// <summary>What the whole of a supervisord.conf says that the meaning of a program depends on.</summary>
/// <param name="folder">Where supervisord would be started: programs inherit it.</param>
internal sealed class SupervisordFile(string folder, List<IniSection> sections)
{
    bool _toldOfFolder;

    public string Folder => folder;

    /// <summary>Somebody is there for the events of output.</summary>
    public bool HasListener { get; } =
        sections.Exists(static section => section.Name.StartsWith("eventlistener:", StringComparison.Ordinal));

    /// <summary>Not all programs have the same priority: only then does it say an order.</summary>
    public bool HasOrder { get; } = Orders(sections);

    static bool Orders(List<IniSection> sections)
    {
        string? first = null;
        foreach (var section in sections)
        {
            if (!section.Name.StartsWith("program:", StringComparison.Ordinal)
                && !section.Name.StartsWith("group:", StringComparison.Ordinal)) continue;
            var priority = section.Get("priority") ?? "999";
            if ((first ??= priority) != priority) return true;
        }
        return false;
    }

    /// <summary>Once for all programs.</summary>
    public void TellOfFolder(Imported imported)
    {
        if (_toldOfFolder) return;
        _toldOfFolder = true;
        imported.Notes.Add(
            $"programs without 'directory' run in the current folder, {folder}, as supervisord's run in the folder "
            + "that it was started in; where that was another (a service is often started in /), set projectDir");
    }
}
