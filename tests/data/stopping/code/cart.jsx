import React, { useEffect, useState } from "react";

const empty = { lines: [], coupon: null };

export function useCart(user) {
  const [cart, setCart] = useState(empty);

  useEffect(() => {
    let stopped = false;
    fetch(`/carts/${user.id}`)
      .then((response) => response.json())
      .then((data) => {
        if (!stopped) {
          setCart(data);
        }
      });
    return () => {
      stopped = true;
    };
  }, [user.id]);

  return [cart, setCart];
}

export function Cart({ user, onPay }) {
  const [cart, setCart] = useCart(user);
  const sum = cart.lines.reduce((all, line) => all + line.price * line.count, 0)

  function drop(id) {
    const lines = cart.lines.filter((line) => line.id !== id)
    setCart({ ...cart, lines })
  }

  if (cart.lines.length === 0) {
    return <p className="empty">Nothing here yet.</p>;
  }

  return (
    <section>
      <ul>
        {cart.lines.map((line) => (
          <li key={line.id}>
            {line.title}
            <button onClick={() => drop(line.id)}>remove</button>
          </li>
        ))}
      </ul>
      <output>{sum.toFixed(2)}</output>
      <button disabled={!sum} onClick={() => onPay(sum)}>
        Pay
      </button>
    </section>
  );
}
