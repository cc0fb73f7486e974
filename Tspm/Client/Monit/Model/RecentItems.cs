namespace Tspm.Client.Monit.Model;

/// <summary>Items by name. When there are too many, the one that was not used for the longest time goes.</summary>
/// <param name="most">The most items to keep.</param>
internal sealed class RecentItems<T>(int most)
    where T : class
{
    /// <summary>The names, the last used at the end, each with its item at the same index.</summary>
    readonly List<string> _names = [];

    readonly List<T> _items = [];

    /// <summary>The item of a name, which is then the last used.</summary>
    /// <param name="name">The name.</param>
    /// <param name="make">Makes the item if there is none.</param>
    public T GetOrAdd(string name, Func<T> make)
    {
        var at = _names.LastIndexOf(name);
        if (at >= 0 && at == _names.Count - 1) return _items[at];
        var item = at >= 0 ? _items[at] : make();
        if (at < 0 && _names.Count == most) at = 0;
        if (at >= 0)
        {
            _names.RemoveAt(at);
            _items.RemoveAt(at);
        }
        _names.Add(name);
        _items.Add(item);
        return item;
    }
}
