namespace Tspm.Trim;

/// <summary>
/// The part of LINQ that is used here, under its names, on plain lists. Why not System.Linq: each of its operators brings, for each type of element, an iterator with two dozen methods that
/// nothing calls, a third of a megabyte of executable in all. What is different: everything is done at once, nothing later, so a sequence must have an end. Sorting is stable, as there.
/// </summary>
internal static class Sequence
{
    public static List<TResult> Select<T, TResult>(this IEnumerable<T> items, Func<T, TResult> make)
    {
        var made = new List<TResult>();
        foreach (var item in items) made.Add(make(item));
        return made;
    }

    public static List<TResult> Select<T, TResult>(this IEnumerable<T> items, Func<T, int, TResult> make)
    {
        var made = new List<TResult>();
        foreach (var item in items) made.Add(make(item, made.Count));
        return made;
    }

    public static List<TResult> SelectMany<T, TResult>(this IEnumerable<T> items, Func<T, IEnumerable<TResult>> make)
    {
        var made = new List<TResult>();
        foreach (var item in items) made.AddRange(make(item));
        return made;
    }

    public static List<T> Where<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        var found = new List<T>();
        foreach (var item in items)
            if (fits(item)) found.Add(item);
        return found;
    }

    public static List<T> Where<T>(this IEnumerable<T> items, Func<T, int, bool> fits)
    {
        var (found, index) = (new List<T>(), 0);
        foreach (var item in items)
            if (fits(item, index++)) found.Add(item);
        return found;
    }

    public static List<T> ToList<T>(this IEnumerable<T> items) => [.. items];

    public static T[] ToArray<T>(this IEnumerable<T> items) => new List<T>(items).ToArray();

    public static HashSet<T> ToHashSet<T>(this IEnumerable<T> items) => [.. items];

    public static bool Any<T>(this IEnumerable<T> items)
    {
        foreach (var _ in items) return true;
        return false;
    }

    public static bool Any<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        foreach (var item in items)
            if (fits(item)) return true;
        return false;
    }

    public static bool All<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        foreach (var item in items)
            if (!fits(item)) return false;
        return true;
    }

    public static int Count<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        var count = 0;
        foreach (var item in items)
            if (fits(item)) count++;
        return count;
    }

    public static T? FirstOrDefault<T>(this IEnumerable<T> items)
    {
        foreach (var item in items) return item;
        return default;
    }

    public static T? FirstOrDefault<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        foreach (var item in items)
            if (fits(item)) return item;
        return default;
    }

    public static T First<T>(this IEnumerable<T> items)
    {
        foreach (var item in items) return item;
        throw new InvalidOperationException("the sequence is empty");
    }

    public static T First<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        foreach (var item in items)
            if (fits(item)) return item;
        throw new InvalidOperationException("no element fits");
    }

    public static Dictionary<TKey, TValue> ToDictionary<T, TKey, TValue>(this IEnumerable<T> items, Func<T, TKey> key, Func<T, TValue> value, IEqualityComparer<TKey>? comparer = null) where TKey : notnull
    {
        var made = new Dictionary<TKey, TValue>(comparer);
        foreach (var item in items) made.Add(key(item), value(item));
        return made;
    }

    public static bool Contains<T>(this IEnumerable<T> items, T wanted, IEqualityComparer<T>? comparer = null)
    {
        comparer ??= EqualityComparer<T>.Default;
        foreach (var item in items)
            if (comparer.Equals(item, wanted)) return true;
        return false;
    }

    /// <summary>The first of equal ones, in their order.</summary>
    public static List<T> Distinct<T>(this IEnumerable<T> items, IEqualityComparer<T>? comparer = null)
    {
        var seen = new HashSet<T>(comparer);
        return items.Where(seen.Add);
    }

    public static List<T> DistinctBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key)
    {
        var seen = new HashSet<TKey>();
        return items.Where(item => seen.Add(key(item)));
    }

    public static List<T> Union<T>(this IEnumerable<T> items, IEnumerable<T> others) => items.Concat(others).Distinct();

    public static List<T> Concat<T>(this IEnumerable<T> items, IEnumerable<T> others) => [.. items, .. others];

    public static List<T> Append<T>(this IEnumerable<T> items, T last) => [.. items, last];

    public static List<T> Skip<T>(this IEnumerable<T> items, int count)
    {
        var rest = new List<T>();
        foreach (var item in items)
            if (count-- <= 0) rest.Add(item);
        return rest;
    }

    public static List<T> SkipWhile<T>(this IEnumerable<T> items, Func<T, bool> fits)
    {
        var (rest, skips) = (new List<T>(), true);
        foreach (var item in items)
        {
            skips = skips && fits(item);
            if (!skips) rest.Add(item);
        }
        return rest;
    }

    public static List<T> SkipLast<T>(this IEnumerable<T> items, int count)
    {
        var all = new List<T>(items);
        return all.GetRange(0, Math.Max(0, all.Count - count));
    }

    public static List<T> Take<T>(this IEnumerable<T> items, int count)
    {
        var taken = new List<T>();
        foreach (var item in items)
        {
            if (count-- <= 0) break;
            taken.Add(item);
        }
        return taken;
    }

    public static List<(T1, T2)> Zip<T1, T2>(this IReadOnlyList<T1> ones, IReadOnlyList<T2> others)
    {
        var pairs = new List<(T1, T2)>();
        for (var i = 0; i < Math.Min(ones.Count, others.Count); i++) pairs.Add((ones[i], others[i]));
        return pairs;
    }

    public static bool SequenceEqual<T>(this IReadOnlyList<T> ones, IReadOnlyList<T> others)
    {
        if (ones.Count != others.Count) return false;
        for (var i = 0; i < ones.Count; i++)
            if (!EqualityComparer<T>.Default.Equals(ones[i], others[i])) return false;
        return true;
    }

    public static long Sum<T>(this IEnumerable<T> items, Func<T, long> value)
    {
        var sum = 0L;
        foreach (var item in items) sum = checked(sum + value(item));
        return sum;
    }

    public static List<T> OrderBy<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key, IComparer<TKey> comparer) => items.Order((one, other) => comparer.Compare(key(one), key(other)));

    /// <summary>
    /// For everything that is sorted here: one use of List.Sort or Array.Sort would bring, for each type of element that any list has, the comparers that it might ask for
    /// (50 KB; Guards/TrimTests). By merging, so stable.
    /// </summary>
    public static List<T> Order<T>(this IEnumerable<T> items, Comparison<T> compare)
    {
        var sorted = items.ToList();
        for (var width = 1; width < sorted.Count; width *= 2)
        {
            var merged = new List<T>(sorted.Count);
            for (var start = 0; start < sorted.Count; start += 2 * width) Merge(sorted, start, width, compare, merged);
            sorted = merged;
        }
        return sorted;
    }

    /// <summary>Two neighbouring sorted parts, each of <paramref name="width"/> or what is left, behind what is merged already.</summary>
    static void Merge<T>(List<T> sorted, int start, int width, Comparison<T> compare, List<T> merged)
    {
        var (one, other) = (start, start + width);
        var (endOfOne, end) = (Math.Min(other, sorted.Count), Math.Min(other + width, sorted.Count));
        while (one < endOfOne || other < end)
        {
            var takesOne = other >= end || (one < endOfOne && compare(sorted[one], sorted[other]) <= 0);
            merged.Add(sorted[takesOne ? one++ : other++]);
        }
    }
}
