-- What is in store.
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0)
);

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES item (id),
    arrived TEXT NOT NULL,
    amount INTEGER NOT NULL
);

CREATE VIEW shortage AS
SELECT item.name, item.amount, max(delivery.arrived) AS last_delivery
FROM item
LEFT JOIN delivery ON delivery.item_id = item.id
WHERE item.amount < 5
GROUP BY item.id
ORDER BY item.amount, item.name;

INSERT INTO item (name, amount) VALUES
    ('nails', 400),
    ('screws', 250),
    ('hammer''s handle', 3);
