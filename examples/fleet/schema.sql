-- The table of the ERP. No constraint keeps an order from being there twice: the import does.
CREATE TABLE erp_orders (
	id     bigint NOT NULL,
	body   jsonb  NOT NULL,
	worker text   NOT NULL
);
