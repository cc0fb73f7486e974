namespace Tspm.Client.Monit.Model;

/// <summary>What lies over the screen and takes the keys.</summary>
internal abstract class Overlay
{
    /// <summary>All keys.</summary>
    public sealed class Help : Overlay
    {
        public int Top { get; set; }

        /// <summary>What is searched for, while the user types it; null if all keys are shown.</summary>
        public Prompt? Search { get; set; }
    }

    /// <summary>The commands that were run.</summary>
    public sealed class History : Overlay;

    /// <summary>A question before something dangerous.</summary>
    /// <param name="question">The question, and what speaks against it.</param>
    /// <param name="arguments">The command to run after yes.</param>
    public sealed class Confirm(IReadOnlyList<string> question, IReadOnlyList<string> arguments) : Overlay
    {
        public IReadOnlyList<string> Question => question;

        public IReadOnlyList<string> Arguments => arguments;
    }

    /// <summary>A choice.</summary>
    /// <param name="title">What is chosen.</param>
    /// <param name="items">The lines to choose from.</param>
    public sealed class Menu(string title, IReadOnlyList<MenuItem> items) : Overlay
    {
        public string Title => title;

        public IReadOnlyList<MenuItem> Items => items;

        public int Selected { get; private set; }

        public void Move(int by) => Selected = (Selected + by + items.Count) % items.Count;

        public void Select(int index) => Selected = Math.Clamp(index, 0, items.Count - 1);
    }
}

/// <summary>A line of a menu.</summary>
/// <param name="Key">The key that chooses it at once; empty if there is none.</param>
/// <param name="Text">What it does.</param>
/// <param name="Command">The command of a key, or else …</param>
/// <param name="Arguments">… the arguments of a tspm command.</param>
internal sealed record MenuItem(
    string Key, string Text, KeyAction? Command = null, IReadOnlyList<string>? Arguments = null);
