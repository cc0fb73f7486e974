namespace Tspm.Config.Import;

/// <summary>The facts about a whole supervisord.conf that the meaning of a program depends on.</summary>
/// <param name="folder">The folder in which supervisord would be started, which programs inherit.</param>
/// <param name="sections">The sections of the file.</param>
internal sealed class SupervisordFile(string folder, List<IniSection> sections)
{
    bool _hasNotedFolder;

    public string Folder => folder;

    /// <summary>Whether an event listener exists.</summary>
    public bool HasListener { get; } =
        sections.Exists(static section => section.Name.StartsWith("eventlistener:", StringComparison.Ordinal));

    /// <summary>Whether the priorities differ. Only then do they mean an order.</summary>
    public bool HasOrder { get; } = HasDifferentPriorities(sections);

    static bool HasDifferentPriorities(List<IniSection> sections)
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

    /// <summary>Adds a note about the folder of programs without <c>directory</c>, once for all programs.</summary>
    public void NoteFolder(Imported imported)
    {
        if (_hasNotedFolder) return;
        _hasNotedFolder = true;
        imported.Notes.Add(
            $"programs without 'directory' run in {folder}, the current folder; supervisord runs them in the folder "
            + "that it was started in, which is / if it is a service; if they need that folder, set projectDir");
    }
}
