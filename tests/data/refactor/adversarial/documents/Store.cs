using System;
using System.Collections.Generic;

namespace Shop
{
    public class Store
    {
        private readonly Dictionary<string, int> stock = new();

        [Obsolete]
        «public bool Take(string name, int amount = 1)
        {
            // Names are trimmed on the way in.
            if (!stock.TryGetValue(name.Trim(), out var there) || there < amount)
            {
                return false;
            }
            stock[name.Trim()] = there - amount;
            return true;
        }»

        public void Put(string name, int amount)
        {
            stock[name.Trim()] = stock.GetValueOrDefault(name.Trim()) + amount;
        }
    }
}
