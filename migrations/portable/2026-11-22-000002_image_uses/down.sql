DROP VIEW image_uses;
